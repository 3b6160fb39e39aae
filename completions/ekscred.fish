# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_ekscred_global_optspecs
    string join \n region= profile= o/output= query= debug ca-bundle= cli-read-timeout= cli-connect-timeout= endpoint-url= no-verify-ssl no-sign-request no-paginate color= no-cli-pager cli-binary-format= cli-auto-prompt no-cli-auto-prompt cli-error-format= h/help V/version
end

function __fish_ekscred_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_ekscred_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_ekscred_using_subcommand
    set -l cmd (__fish_ekscred_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c ekscred -n "__fish_ekscred_needs_command" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_needs_command" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_needs_command" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_needs_command" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_needs_command" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_needs_command" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_needs_command" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_needs_command" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_needs_command" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_needs_command" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_needs_command" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_needs_command" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_needs_command" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_needs_command" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_needs_command" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_needs_command" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_needs_command" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_needs_command" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_needs_command" -s h -l help -d 'Print help'
complete -c ekscred -n "__fish_ekscred_needs_command" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_needs_command" -f -a "get-token" -d 'Print an ExecCredential: a token for the cluster. What kubectl runs'
complete -c ekscred -n "__fish_ekscred_needs_command" -f -a "token" -d 'Print an ExecCredential: a token for the cluster. What kubectl runs'
complete -c ekscred -n "__fish_ekscred_needs_command" -f -a "eks" -d 'The AWS CLI\'s names for its own commands: `eks get-token`, `eks update-kubeconfig`'
complete -c ekscred -n "__fish_ekscred_needs_command" -f -a "update-kubeconfig" -d 'Add a cluster to the kubeconfig, or bring its entries up to date'
complete -c ekscred -n "__fish_ekscred_needs_command" -f -a "convert-kubeconfig" -d 'Point kubeconfig users of `aws` or `aws-iam-authenticator` at ekscred, and back'
complete -c ekscred -n "__fish_ekscred_needs_command" -f -a "inspect" -d 'Take a token apart and check it against the rules of the server'
complete -c ekscred -n "__fish_ekscred_needs_command" -f -a "doctor" -d 'Walk the way from the kubeconfig to the API server, and tell which step fails and what to do'
complete -c ekscred -n "__fish_ekscred_needs_command" -f -a "version" -d 'Print the version'
complete -c ekscred -n "__fish_ekscred_needs_command" -f -a "cache" -d 'List what is kept between runs, clear it, or tell where it is'
complete -c ekscred -n "__fish_ekscred_needs_command" -f -a "completions" -d 'Print a shell\'s completions, for installations without packaged ones'
complete -c ekscred -n "__fish_ekscred_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l cluster-name -d 'Name or ARN of the cluster' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -s i -l cluster-id -d 'Id of a local cluster on AWS Outposts; aws-iam-authenticator\'s name for the cluster' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l api-version -d 'API version of the ExecCredential, whatever KUBERNETES_EXEC_INFO asks for' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l sts-endpoint -d 'STS endpoint to put into the token; EKS itself refuses any but AWS\'s own' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -s r -l role-arn -d 'Role to assume' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -s e -l external-id -d 'External id that the role\'s trust policy demands' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -s s -l session-name -d 'Name of the role\'s session [default: EKSGetTokenAuth]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l duration -d 'Seconds that the role\'s session lasts' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l mfa-serial -d 'MFA device that the role\'s trust policy demands a code of' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l mfa-code -d 'The code that is asked for first, here or by the profile\'s role' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l min-ttl -d 'Seconds that a kept token must still serve [default: 60]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l token-only -d 'Print the bare token, not an ExecCredential'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l forward-session-name -d 'Name the role\'s session as the caller\'s own one is named'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l cache -d 'Keep tokens, too, and hand out the one that is kept'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l no-cache -d 'Keep nothing, and use nothing that is kept'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l force-refresh -d 'Fetch anew what is kept'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -s h -l help -d 'Print help'
complete -c ekscred -n "__fish_ekscred_using_subcommand get-token" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l cluster-name -d 'Name or ARN of the cluster' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -s i -l cluster-id -d 'Id of a local cluster on AWS Outposts; aws-iam-authenticator\'s name for the cluster' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l api-version -d 'API version of the ExecCredential, whatever KUBERNETES_EXEC_INFO asks for' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l sts-endpoint -d 'STS endpoint to put into the token; EKS itself refuses any but AWS\'s own' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -s r -l role-arn -d 'Role to assume' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -s e -l external-id -d 'External id that the role\'s trust policy demands' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -s s -l session-name -d 'Name of the role\'s session [default: EKSGetTokenAuth]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l duration -d 'Seconds that the role\'s session lasts' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l mfa-serial -d 'MFA device that the role\'s trust policy demands a code of' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l mfa-code -d 'The code that is asked for first, here or by the profile\'s role' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l min-ttl -d 'Seconds that a kept token must still serve [default: 60]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l token-only -d 'Print the bare token, not an ExecCredential'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l forward-session-name -d 'Name the role\'s session as the caller\'s own one is named'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l cache -d 'Keep tokens, too, and hand out the one that is kept'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l no-cache -d 'Keep nothing, and use nothing that is kept'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l force-refresh -d 'Fetch anew what is kept'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -s h -l help -d 'Print help'
complete -c ekscred -n "__fish_ekscred_using_subcommand token" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -s h -l help -d 'Print help'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -f -a "get-token" -d 'Print an ExecCredential: a token for the cluster. What kubectl runs'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -f -a "update-kubeconfig" -d 'Add a cluster to the kubeconfig, or bring its entries up to date'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and not __fish_seen_subcommand_from get-token update-kubeconfig help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l cluster-name -d 'Name or ARN of the cluster' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -s i -l cluster-id -d 'Id of a local cluster on AWS Outposts; aws-iam-authenticator\'s name for the cluster' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l api-version -d 'API version of the ExecCredential, whatever KUBERNETES_EXEC_INFO asks for' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l sts-endpoint -d 'STS endpoint to put into the token; EKS itself refuses any but AWS\'s own' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -s r -l role-arn -d 'Role to assume' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -s e -l external-id -d 'External id that the role\'s trust policy demands' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -s s -l session-name -d 'Name of the role\'s session [default: EKSGetTokenAuth]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l duration -d 'Seconds that the role\'s session lasts' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l mfa-serial -d 'MFA device that the role\'s trust policy demands a code of' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l mfa-code -d 'The code that is asked for first, here or by the profile\'s role' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l min-ttl -d 'Seconds that a kept token must still serve [default: 60]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l token-only -d 'Print the bare token, not an ExecCredential'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l forward-session-name -d 'Name the role\'s session as the caller\'s own one is named'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l cache -d 'Keep tokens, too, and hand out the one that is kept'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l no-cache -d 'Keep nothing, and use nothing that is kept'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l force-refresh -d 'Fetch anew what is kept'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -s h -l help -d 'Print help'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from get-token" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l name -d 'Name or ARN of the cluster' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l role-arn -d 'Role that the kubeconfig\'s user assumes for its tokens' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l assume-role-arn -d 'Role to assume for looking the cluster up, and for nothing else' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l kubeconfig -d 'Kubeconfig to write [default: the one that kubectl would]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l alias -d 'Name of the context [default: the user\'s]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l user-alias -d 'Name of the user [default: the cluster\'s ARN, and a label behind it where that is somebody else\'s]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l namespace -d 'Namespace of the context' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l proxy-url -d 'Proxy through which clients reach the cluster' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l command -d 'What clients are to run [default: this program, as PATH finds it]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l all -d 'Every cluster of the region, in place of one'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l cache -d 'Keep tokens between runs: writes `--cache` into the user\'s arguments'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l no-set-context -d 'Leave the current context as it is'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l dry-run -d 'Print the file as it would become, and write nothing'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l verbose -d 'Print the entries, too'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from update-kubeconfig" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from help" -f -a "get-token" -d 'Print an ExecCredential: a token for the cluster. What kubectl runs'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from help" -f -a "update-kubeconfig" -d 'Add a cluster to the kubeconfig, or bring its entries up to date'
complete -c ekscred -n "__fish_ekscred_using_subcommand eks; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l name -d 'Name or ARN of the cluster' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l role-arn -d 'Role that the kubeconfig\'s user assumes for its tokens' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l assume-role-arn -d 'Role to assume for looking the cluster up, and for nothing else' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l kubeconfig -d 'Kubeconfig to write [default: the one that kubectl would]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l alias -d 'Name of the context [default: the user\'s]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l user-alias -d 'Name of the user [default: the cluster\'s ARN, and a label behind it where that is somebody else\'s]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l namespace -d 'Namespace of the context' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l proxy-url -d 'Proxy through which clients reach the cluster' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l command -d 'What clients are to run [default: this program, as PATH finds it]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l all -d 'Every cluster of the region, in place of one'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l cache -d 'Keep tokens between runs: writes `--cache` into the user\'s arguments'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l no-set-context -d 'Leave the current context as it is'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l dry-run -d 'Print the file as it would become, and write nothing'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l verbose -d 'Print the entries, too'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ekscred -n "__fish_ekscred_using_subcommand update-kubeconfig" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l kubeconfig -d 'Kubeconfig to change [default: those that kubectl reads]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l context -d 'Context whose user to convert [default: the current one]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l command -d 'What clients are to run [default: this program, as PATH finds it]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l all -d 'Every user that can be converted, in place of one'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l revert -d 'Give converted users their former command back'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l dry-run -d 'Print the change as a diff, and write nothing'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ekscred -n "__fish_ekscred_using_subcommand convert-kubeconfig" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l cluster-name -d 'Cluster that the token is meant for, which --verify needs' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l verify -d 'Ask STS, too, whose token it is, as the cluster does'
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ekscred -n "__fish_ekscred_using_subcommand inspect" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l context -d 'Context to examine [default: the current one]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l kubeconfig -d 'Kubeconfig to read [default: those that kubectl reads]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l cluster-name -d 'Name or ARN of a cluster, in place of a context' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -s i -l cluster-id -d 'Id of a local cluster on AWS Outposts, in place of a context' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l sts-endpoint -d 'STS endpoint to put into the token' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -s r -l role-arn -d 'Role to assume' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -s e -l external-id -d 'External id that the role\'s trust policy demands' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -s s -l session-name -d 'Name of the role\'s session [default: EKSGetTokenAuth]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l duration -d 'Seconds that the role\'s session lasts' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l mfa-serial -d 'MFA device that the role\'s trust policy demands a code of' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l mfa-code -d 'The code that is asked for first, here or by the profile\'s role' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l forward-session-name -d 'Name the role\'s session as the caller\'s own one is named'
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ekscred -n "__fish_ekscred_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -s s -l short -d 'Print only the number'
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -s h -l help -d 'Print help'
complete -c ekscred -n "__fish_ekscred_using_subcommand version" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -s h -l help -d 'Print help'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -f -a "list" -d 'A command without flags of its own'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -f -a "clear" -d 'A command without flags of its own'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -f -a "path" -d 'A command without flags of its own'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and not __fish_seen_subcommand_from list clear path help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from clear" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from path" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "list" -d 'List what is kept, for whom and until when; no secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Remove what is kept, and nothing else'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print the folder of ekscred\'s own files'
complete -c ekscred -n "__fish_ekscred_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l region -d 'Region of the cluster and of STS' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l profile -d 'Profile of the AWS files to use; beats keys in the environment' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -s o -l output -d 'Format of the output' -r -f -a "json\t''
text\t''
yaml\t''"
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l query -d 'Print only what this JMESPath expression selects' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l ca-bundle -d 'File of the certificates to trust, in PEM' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l cli-read-timeout -d 'Seconds to wait for data, 0 for ever [default: 10]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l cli-connect-timeout -d 'Seconds to wait for a connection, 0 for ever [default: 3]' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l endpoint-url -d 'EKS\'s endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l color -d 'Output has no colour' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l cli-binary-format -d 'There is no binary input' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l cli-error-format -d 'Errors are one line' -r
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l debug -d 'Log decisions and timings to standard error, never a secret'
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l no-verify-ssl -d 'The AWS CLI ignores it for get-token\'s own requests too; refused where a kubeconfig would be written by it'
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l no-sign-request -d 'Refused: an unsigned token is useless'
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l no-paginate -d 'Output has no pages'
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l no-cli-pager -d 'There is no pager'
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -l no-cli-auto-prompt -d 'There is no auto-prompt'
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -s h -l help -d 'Print help'
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -s V -l version -d 'Print version'
complete -c ekscred -n "__fish_ekscred_using_subcommand help; and not __fish_seen_subcommand_from get-token eks update-kubeconfig convert-kubeconfig inspect doctor version cache completions help" -f -a "get-token" -d 'Print an ExecCredential: a token for the cluster. What kubectl runs'
complete -c ekscred -n "__fish_ekscred_using_subcommand help; and not __fish_seen_subcommand_from get-token eks update-kubeconfig convert-kubeconfig inspect doctor version cache completions help" -f -a "eks" -d 'The AWS CLI\'s names for its own commands: `eks get-token`, `eks update-kubeconfig`'
complete -c ekscred -n "__fish_ekscred_using_subcommand help; and not __fish_seen_subcommand_from get-token eks update-kubeconfig convert-kubeconfig inspect doctor version cache completions help" -f -a "update-kubeconfig" -d 'Add a cluster to the kubeconfig, or bring its entries up to date'
complete -c ekscred -n "__fish_ekscred_using_subcommand help; and not __fish_seen_subcommand_from get-token eks update-kubeconfig convert-kubeconfig inspect doctor version cache completions help" -f -a "convert-kubeconfig" -d 'Point kubeconfig users of `aws` or `aws-iam-authenticator` at ekscred, and back'
complete -c ekscred -n "__fish_ekscred_using_subcommand help; and not __fish_seen_subcommand_from get-token eks update-kubeconfig convert-kubeconfig inspect doctor version cache completions help" -f -a "inspect" -d 'Take a token apart and check it against the rules of the server'
complete -c ekscred -n "__fish_ekscred_using_subcommand help; and not __fish_seen_subcommand_from get-token eks update-kubeconfig convert-kubeconfig inspect doctor version cache completions help" -f -a "doctor" -d 'Walk the way from the kubeconfig to the API server, and tell which step fails and what to do'
complete -c ekscred -n "__fish_ekscred_using_subcommand help; and not __fish_seen_subcommand_from get-token eks update-kubeconfig convert-kubeconfig inspect doctor version cache completions help" -f -a "version" -d 'Print the version'
complete -c ekscred -n "__fish_ekscred_using_subcommand help; and not __fish_seen_subcommand_from get-token eks update-kubeconfig convert-kubeconfig inspect doctor version cache completions help" -f -a "cache" -d 'List what is kept between runs, clear it, or tell where it is'
complete -c ekscred -n "__fish_ekscred_using_subcommand help; and not __fish_seen_subcommand_from get-token eks update-kubeconfig convert-kubeconfig inspect doctor version cache completions help" -f -a "completions" -d 'Print a shell\'s completions, for installations without packaged ones'
complete -c ekscred -n "__fish_ekscred_using_subcommand help; and not __fish_seen_subcommand_from get-token eks update-kubeconfig convert-kubeconfig inspect doctor version cache completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ekscred -n "__fish_ekscred_using_subcommand completions" -f -a "bash zsh fish powershell"
