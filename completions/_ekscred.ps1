
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'ekscred' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'ekscred'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'ekscred' {
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('get-token', 'get-token', [CompletionResultType]::ParameterValue, 'Print an ExecCredential: a token for the cluster. What kubectl runs')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Print an ExecCredential: a token for the cluster. What kubectl runs')
            [CompletionResult]::new('eks', 'eks', [CompletionResultType]::ParameterValue, 'The AWS CLI''s names for its own commands: `eks get-token`, `eks update-kubeconfig`')
            [CompletionResult]::new('update-kubeconfig', 'update-kubeconfig', [CompletionResultType]::ParameterValue, 'Add a cluster to the kubeconfig, or bring its entries up to date')
            [CompletionResult]::new('convert-kubeconfig', 'convert-kubeconfig', [CompletionResultType]::ParameterValue, 'Point kubeconfig users of `aws` or `aws-iam-authenticator` at ekscred, and back')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Take a token apart and check it against the rules of the server')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Walk the way from the kubeconfig to the API server, and tell which step fails and what to do')
            [CompletionResult]::new('version', 'version', [CompletionResultType]::ParameterValue, 'Print the version')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'List what is kept between runs, clear it, or tell where it is')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a shell''s completions, for installations without packaged ones')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ekscred;get-token' {
            [CompletionResult]::new('--cluster-name', '--cluster-name', [CompletionResultType]::ParameterName, 'Name or ARN of the cluster')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Id of a local cluster on AWS Outposts; aws-iam-authenticator''s name for the cluster')
            [CompletionResult]::new('--cluster-id', '--cluster-id', [CompletionResultType]::ParameterName, 'Id of a local cluster on AWS Outposts; aws-iam-authenticator''s name for the cluster')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'API version of the ExecCredential, whatever KUBERNETES_EXEC_INFO asks for')
            [CompletionResult]::new('--sts-endpoint', '--sts-endpoint', [CompletionResultType]::ParameterName, 'STS endpoint to put into the token; EKS itself refuses any but AWS''s own')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Role to assume')
            [CompletionResult]::new('--role-arn', '--role-arn', [CompletionResultType]::ParameterName, 'Role to assume')
            [CompletionResult]::new('-e', '-e', [CompletionResultType]::ParameterName, 'External id that the role''s trust policy demands')
            [CompletionResult]::new('--external-id', '--external-id', [CompletionResultType]::ParameterName, 'External id that the role''s trust policy demands')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Name of the role''s session [default: EKSGetTokenAuth]')
            [CompletionResult]::new('--session-name', '--session-name', [CompletionResultType]::ParameterName, 'Name of the role''s session [default: EKSGetTokenAuth]')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'Seconds that the role''s session lasts')
            [CompletionResult]::new('--mfa-serial', '--mfa-serial', [CompletionResultType]::ParameterName, 'MFA device that the role''s trust policy demands a code of')
            [CompletionResult]::new('--mfa-code', '--mfa-code', [CompletionResultType]::ParameterName, 'The code that is asked for first, here or by the profile''s role')
            [CompletionResult]::new('--min-ttl', '--min-ttl', [CompletionResultType]::ParameterName, 'Seconds that a kept token must still serve [default: 60]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--token-only', '--token-only', [CompletionResultType]::ParameterName, 'Print the bare token, not an ExecCredential')
            [CompletionResult]::new('--forward-session-name', '--forward-session-name', [CompletionResultType]::ParameterName, 'Name the role''s session as the caller''s own one is named')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Keep tokens, too, and hand out the one that is kept')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Keep nothing, and use nothing that is kept')
            [CompletionResult]::new('--force-refresh', '--force-refresh', [CompletionResultType]::ParameterName, 'Fetch anew what is kept')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;token' {
            [CompletionResult]::new('--cluster-name', '--cluster-name', [CompletionResultType]::ParameterName, 'Name or ARN of the cluster')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Id of a local cluster on AWS Outposts; aws-iam-authenticator''s name for the cluster')
            [CompletionResult]::new('--cluster-id', '--cluster-id', [CompletionResultType]::ParameterName, 'Id of a local cluster on AWS Outposts; aws-iam-authenticator''s name for the cluster')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'API version of the ExecCredential, whatever KUBERNETES_EXEC_INFO asks for')
            [CompletionResult]::new('--sts-endpoint', '--sts-endpoint', [CompletionResultType]::ParameterName, 'STS endpoint to put into the token; EKS itself refuses any but AWS''s own')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Role to assume')
            [CompletionResult]::new('--role-arn', '--role-arn', [CompletionResultType]::ParameterName, 'Role to assume')
            [CompletionResult]::new('-e', '-e', [CompletionResultType]::ParameterName, 'External id that the role''s trust policy demands')
            [CompletionResult]::new('--external-id', '--external-id', [CompletionResultType]::ParameterName, 'External id that the role''s trust policy demands')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Name of the role''s session [default: EKSGetTokenAuth]')
            [CompletionResult]::new('--session-name', '--session-name', [CompletionResultType]::ParameterName, 'Name of the role''s session [default: EKSGetTokenAuth]')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'Seconds that the role''s session lasts')
            [CompletionResult]::new('--mfa-serial', '--mfa-serial', [CompletionResultType]::ParameterName, 'MFA device that the role''s trust policy demands a code of')
            [CompletionResult]::new('--mfa-code', '--mfa-code', [CompletionResultType]::ParameterName, 'The code that is asked for first, here or by the profile''s role')
            [CompletionResult]::new('--min-ttl', '--min-ttl', [CompletionResultType]::ParameterName, 'Seconds that a kept token must still serve [default: 60]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--token-only', '--token-only', [CompletionResultType]::ParameterName, 'Print the bare token, not an ExecCredential')
            [CompletionResult]::new('--forward-session-name', '--forward-session-name', [CompletionResultType]::ParameterName, 'Name the role''s session as the caller''s own one is named')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Keep tokens, too, and hand out the one that is kept')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Keep nothing, and use nothing that is kept')
            [CompletionResult]::new('--force-refresh', '--force-refresh', [CompletionResultType]::ParameterName, 'Fetch anew what is kept')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;eks' {
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('get-token', 'get-token', [CompletionResultType]::ParameterValue, 'Print an ExecCredential: a token for the cluster. What kubectl runs')
            [CompletionResult]::new('update-kubeconfig', 'update-kubeconfig', [CompletionResultType]::ParameterValue, 'Add a cluster to the kubeconfig, or bring its entries up to date')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ekscred;eks;get-token' {
            [CompletionResult]::new('--cluster-name', '--cluster-name', [CompletionResultType]::ParameterName, 'Name or ARN of the cluster')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Id of a local cluster on AWS Outposts; aws-iam-authenticator''s name for the cluster')
            [CompletionResult]::new('--cluster-id', '--cluster-id', [CompletionResultType]::ParameterName, 'Id of a local cluster on AWS Outposts; aws-iam-authenticator''s name for the cluster')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'API version of the ExecCredential, whatever KUBERNETES_EXEC_INFO asks for')
            [CompletionResult]::new('--sts-endpoint', '--sts-endpoint', [CompletionResultType]::ParameterName, 'STS endpoint to put into the token; EKS itself refuses any but AWS''s own')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Role to assume')
            [CompletionResult]::new('--role-arn', '--role-arn', [CompletionResultType]::ParameterName, 'Role to assume')
            [CompletionResult]::new('-e', '-e', [CompletionResultType]::ParameterName, 'External id that the role''s trust policy demands')
            [CompletionResult]::new('--external-id', '--external-id', [CompletionResultType]::ParameterName, 'External id that the role''s trust policy demands')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Name of the role''s session [default: EKSGetTokenAuth]')
            [CompletionResult]::new('--session-name', '--session-name', [CompletionResultType]::ParameterName, 'Name of the role''s session [default: EKSGetTokenAuth]')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'Seconds that the role''s session lasts')
            [CompletionResult]::new('--mfa-serial', '--mfa-serial', [CompletionResultType]::ParameterName, 'MFA device that the role''s trust policy demands a code of')
            [CompletionResult]::new('--mfa-code', '--mfa-code', [CompletionResultType]::ParameterName, 'The code that is asked for first, here or by the profile''s role')
            [CompletionResult]::new('--min-ttl', '--min-ttl', [CompletionResultType]::ParameterName, 'Seconds that a kept token must still serve [default: 60]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--token-only', '--token-only', [CompletionResultType]::ParameterName, 'Print the bare token, not an ExecCredential')
            [CompletionResult]::new('--forward-session-name', '--forward-session-name', [CompletionResultType]::ParameterName, 'Name the role''s session as the caller''s own one is named')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Keep tokens, too, and hand out the one that is kept')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Keep nothing, and use nothing that is kept')
            [CompletionResult]::new('--force-refresh', '--force-refresh', [CompletionResultType]::ParameterName, 'Fetch anew what is kept')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;eks;update-kubeconfig' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Name or ARN of the cluster')
            [CompletionResult]::new('--role-arn', '--role-arn', [CompletionResultType]::ParameterName, 'Role that the kubeconfig''s user assumes for its tokens')
            [CompletionResult]::new('--assume-role-arn', '--assume-role-arn', [CompletionResultType]::ParameterName, 'Role to assume for looking the cluster up, and for nothing else')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'Kubeconfig to write [default: the one that kubectl would]')
            [CompletionResult]::new('--alias', '--alias', [CompletionResultType]::ParameterName, 'Name of the context [default: the user''s]')
            [CompletionResult]::new('--user-alias', '--user-alias', [CompletionResultType]::ParameterName, 'Name of the user [default: the cluster''s ARN, and a label behind it where that is somebody else''s]')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'Namespace of the context')
            [CompletionResult]::new('--proxy-url', '--proxy-url', [CompletionResultType]::ParameterName, 'Proxy through which clients reach the cluster')
            [CompletionResult]::new('--command', '--command', [CompletionResultType]::ParameterName, 'What clients are to run [default: this program, as PATH finds it]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every cluster of the region, in place of one')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Keep tokens between runs: writes `--cache` into the user''s arguments')
            [CompletionResult]::new('--no-set-context', '--no-set-context', [CompletionResultType]::ParameterName, 'Leave the current context as it is')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the file as it would become, and write nothing')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print the entries, too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;eks;help' {
            [CompletionResult]::new('get-token', 'get-token', [CompletionResultType]::ParameterValue, 'Print an ExecCredential: a token for the cluster. What kubectl runs')
            [CompletionResult]::new('update-kubeconfig', 'update-kubeconfig', [CompletionResultType]::ParameterValue, 'Add a cluster to the kubeconfig, or bring its entries up to date')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ekscred;eks;help;get-token' {
            break
        }
        'ekscred;eks;help;update-kubeconfig' {
            break
        }
        'ekscred;eks;help;help' {
            break
        }
        'ekscred;update-kubeconfig' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Name or ARN of the cluster')
            [CompletionResult]::new('--role-arn', '--role-arn', [CompletionResultType]::ParameterName, 'Role that the kubeconfig''s user assumes for its tokens')
            [CompletionResult]::new('--assume-role-arn', '--assume-role-arn', [CompletionResultType]::ParameterName, 'Role to assume for looking the cluster up, and for nothing else')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'Kubeconfig to write [default: the one that kubectl would]')
            [CompletionResult]::new('--alias', '--alias', [CompletionResultType]::ParameterName, 'Name of the context [default: the user''s]')
            [CompletionResult]::new('--user-alias', '--user-alias', [CompletionResultType]::ParameterName, 'Name of the user [default: the cluster''s ARN, and a label behind it where that is somebody else''s]')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'Namespace of the context')
            [CompletionResult]::new('--proxy-url', '--proxy-url', [CompletionResultType]::ParameterName, 'Proxy through which clients reach the cluster')
            [CompletionResult]::new('--command', '--command', [CompletionResultType]::ParameterName, 'What clients are to run [default: this program, as PATH finds it]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every cluster of the region, in place of one')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Keep tokens between runs: writes `--cache` into the user''s arguments')
            [CompletionResult]::new('--no-set-context', '--no-set-context', [CompletionResultType]::ParameterName, 'Leave the current context as it is')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the file as it would become, and write nothing')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print the entries, too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;convert-kubeconfig' {
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'Kubeconfig to change [default: those that kubectl reads]')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Context whose user to convert [default: the current one]')
            [CompletionResult]::new('--command', '--command', [CompletionResultType]::ParameterName, 'What clients are to run [default: this program, as PATH finds it]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every user that can be converted, in place of one')
            [CompletionResult]::new('--revert', '--revert', [CompletionResultType]::ParameterName, 'Give converted users their former command back')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the change as a diff, and write nothing')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;inspect' {
            [CompletionResult]::new('--cluster-name', '--cluster-name', [CompletionResultType]::ParameterName, 'Cluster that the token is meant for, which --verify needs')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'Ask STS, too, whose token it is, as the cluster does')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;doctor' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Context to examine [default: the current one]')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'Kubeconfig to read [default: those that kubectl reads]')
            [CompletionResult]::new('--cluster-name', '--cluster-name', [CompletionResultType]::ParameterName, 'Name or ARN of a cluster, in place of a context')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Id of a local cluster on AWS Outposts, in place of a context')
            [CompletionResult]::new('--cluster-id', '--cluster-id', [CompletionResultType]::ParameterName, 'Id of a local cluster on AWS Outposts, in place of a context')
            [CompletionResult]::new('--sts-endpoint', '--sts-endpoint', [CompletionResultType]::ParameterName, 'STS endpoint to put into the token')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Role to assume')
            [CompletionResult]::new('--role-arn', '--role-arn', [CompletionResultType]::ParameterName, 'Role to assume')
            [CompletionResult]::new('-e', '-e', [CompletionResultType]::ParameterName, 'External id that the role''s trust policy demands')
            [CompletionResult]::new('--external-id', '--external-id', [CompletionResultType]::ParameterName, 'External id that the role''s trust policy demands')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Name of the role''s session [default: EKSGetTokenAuth]')
            [CompletionResult]::new('--session-name', '--session-name', [CompletionResultType]::ParameterName, 'Name of the role''s session [default: EKSGetTokenAuth]')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'Seconds that the role''s session lasts')
            [CompletionResult]::new('--mfa-serial', '--mfa-serial', [CompletionResultType]::ParameterName, 'MFA device that the role''s trust policy demands a code of')
            [CompletionResult]::new('--mfa-code', '--mfa-code', [CompletionResultType]::ParameterName, 'The code that is asked for first, here or by the profile''s role')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--forward-session-name', '--forward-session-name', [CompletionResultType]::ParameterName, 'Name the role''s session as the caller''s own one is named')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;version' {
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Print only the number')
            [CompletionResult]::new('--short', '--short', [CompletionResultType]::ParameterName, 'Print only the number')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;cache' {
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'A command without flags of its own')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'A command without flags of its own')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'A command without flags of its own')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ekscred;cache;list' {
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;cache;clear' {
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;cache;path' {
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;cache;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what is kept, for whom and until when; no secret')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Remove what is kept, and nothing else')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print the folder of ekscred''s own files')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ekscred;cache;help;list' {
            break
        }
        'ekscred;cache;help;clear' {
            break
        }
        'ekscred;cache;help;path' {
            break
        }
        'ekscred;cache;help;help' {
            break
        }
        'ekscred;completions' {
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cluster and of STS')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the AWS files to use; beats keys in the environment')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the output')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Print only what this JMESPath expression selects')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'File of the certificates to trust, in PEM')
            [CompletionResult]::new('--cli-read-timeout', '--cli-read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for data, 0 for ever [default: 10]')
            [CompletionResult]::new('--cli-connect-timeout', '--cli-connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection, 0 for ever [default: 3]')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'EKS''s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Output has no colour')
            [CompletionResult]::new('--cli-binary-format', '--cli-binary-format', [CompletionResultType]::ParameterName, 'There is no binary input')
            [CompletionResult]::new('--cli-error-format', '--cli-error-format', [CompletionResultType]::ParameterName, 'Errors are one line')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Log decisions and timings to standard error, never a secret')
            [CompletionResult]::new('--no-verify-ssl', '--no-verify-ssl', [CompletionResultType]::ParameterName, 'The AWS CLI ignores it for get-token''s own requests too; refused where a kubeconfig would be written by it')
            [CompletionResult]::new('--no-sign-request', '--no-sign-request', [CompletionResultType]::ParameterName, 'Refused: an unsigned token is useless')
            [CompletionResult]::new('--no-paginate', '--no-paginate', [CompletionResultType]::ParameterName, 'Output has no pages')
            [CompletionResult]::new('--no-cli-pager', '--no-cli-pager', [CompletionResultType]::ParameterName, 'There is no pager')
            [CompletionResult]::new('--cli-auto-prompt', '--cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('--no-cli-auto-prompt', '--no-cli-auto-prompt', [CompletionResultType]::ParameterName, 'There is no auto-prompt')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'ekscred;help' {
            [CompletionResult]::new('get-token', 'get-token', [CompletionResultType]::ParameterValue, 'Print an ExecCredential: a token for the cluster. What kubectl runs')
            [CompletionResult]::new('eks', 'eks', [CompletionResultType]::ParameterValue, 'The AWS CLI''s names for its own commands: `eks get-token`, `eks update-kubeconfig`')
            [CompletionResult]::new('update-kubeconfig', 'update-kubeconfig', [CompletionResultType]::ParameterValue, 'Add a cluster to the kubeconfig, or bring its entries up to date')
            [CompletionResult]::new('convert-kubeconfig', 'convert-kubeconfig', [CompletionResultType]::ParameterValue, 'Point kubeconfig users of `aws` or `aws-iam-authenticator` at ekscred, and back')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Take a token apart and check it against the rules of the server')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Walk the way from the kubeconfig to the API server, and tell which step fails and what to do')
            [CompletionResult]::new('version', 'version', [CompletionResultType]::ParameterValue, 'Print the version')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'List what is kept between runs, clear it, or tell where it is')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a shell''s completions, for installations without packaged ones')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ekscred;help;get-token' {
            break
        }
        'ekscred;help;eks' {
            break
        }
        'ekscred;help;update-kubeconfig' {
            break
        }
        'ekscred;help;convert-kubeconfig' {
            break
        }
        'ekscred;help;inspect' {
            break
        }
        'ekscred;help;doctor' {
            break
        }
        'ekscred;help;version' {
            break
        }
        'ekscred;help;cache' {
            break
        }
        'ekscred;help;completions' {
            break
        }
        'ekscred;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
