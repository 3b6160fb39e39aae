"""The texts of shapes.py, word for word; `_KEPT` is what must be left of one whose lines are long."""

# By hand

COMMENTS = """\
# Ask Bob before you touch "prod".

# vim: set ft=yaml:
kind: Config          # what else
apiVersion: v1
preferences: {}

current-context: kind   # my laptop

# --- clusters ---------------------------------------------------------------
clusters:
# runs on my laptop
- name: kind            # see https://kind.sigs.k8s.io/#quick-start
  cluster:
    # no certificate
    insecure-skip-tls-verify: true
    server: https://127.0.0.1:6443 # a port that is free

- name: work
  cluster:
    server: https://work.example.com
# the old one is gone: - name: old
# --- users ------------------------------------------------------------------
users:
- name: kind
  user:
    token: of-the-laptop  # no secret
- name: work # made by the AWS CLI
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      # the arguments
      args:
      - --region # where it is
      - eu-west-1
      - eks
      - get-token
      - --cluster-name
      # its name
      - work
      - --output
      - json
      # the program
      command: aws
      # and nothing else
# --- contexts ---------------------------------------------------------------
contexts:
- context:
    cluster: kind
    namespace: default # as everybody
    user: kind
  name: kind
- context: {cluster: work, user: work, namespace: shop} # in one line
  name: work

# the end
"""

AWS_ARGS = "[--region, eu-west-1, eks, get-token, --cluster-name, work, --output, json]"

PLAIN = f"""\
apiVersion: v1
clusters:
- cluster:
    server: https://127.0.0.1:6443
  name: kind
- cluster:
    server: https://work.example.com
  name: work
contexts:
- context:
    cluster: kind
    user: kind
  name: kind
- context:
    cluster: work
    namespace: shop
    user: work
  name: work
current-context: kind
kind: Config
preferences: {{}}
users:
- name: kind
  user:
    token: of-the-laptop
- name: work
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args: {AWS_ARGS}
      command: aws
"""

INDENTED_BY_FOUR = """\
apiVersion: v1
kind: Config
current-context: kind
clusters:
    - name: kind
      cluster:
          server: https://127.0.0.1:6443
    -   name: work
        cluster:
            server: https://work.example.com
contexts:
    - name: kind
      context:
          cluster: kind
          user: kind
users:
    - name: kind
      user:
          token: of-the-laptop
    -
        name: work
        user:
            exec:
                apiVersion: client.authentication.k8s.io/v1beta1
                command: aws
                args:
                    - eks
                    - get-token
                    - --cluster-name
                    - work
"""

ANCHORS = """\
apiVersion: v1
kind: Config
current-context: kind
clusters:
- name: kind
  cluster: &laptop
    server: https://127.0.0.1:6443
    insecure-skip-tls-verify: true
- name: kind-too
  cluster: *laptop
- name: &work work
  cluster:
    server: https://work.example.com
contexts:
- name: kind
  context: {cluster: kind, user: kind}
- name: *work
  context: {cluster: *work, user: *work}
users:
- name: kind
  user: &token
    token: of-the-laptop
- name: kind-too
  user: *token
- name: *work
  user:
    exec:
      apiVersion: &version client.authentication.k8s.io/v1beta1
      args: &args [eks, get-token, --cluster-name, work]
      command: aws
- name: other
  user:
    exec:
      apiVersion: *version
      command: other
      args: *args
"""

MERGE_KEYS = """\
apiVersion: v1
kind: Config
current-context: kind
.defaults: &defaults
  insecure-skip-tls-verify: true
  disable-compression: true
.exec: &exec
  apiVersion: client.authentication.k8s.io/v1beta1
  interactiveMode: Never
clusters:
- name: kind
  cluster:
    <<: *defaults
    server: https://127.0.0.1:6443
- name: work
  cluster:
    <<: [*defaults]
    server: https://work.example.com
users:
- name: kind
  user:
    token: of-the-laptop
- name: work
  user:
    exec:
      <<: *exec
      args: [eks, get-token, --cluster-name, work]
      command: aws
contexts:
- name: kind
  context: {cluster: kind, user: kind}
"""

# Whoever changes the command here changes both users'.
SHARED_EXEC = """\
apiVersion: v1
kind: Config
current-context: kind
clusters: [{name: kind, cluster: {server: "https://127.0.0.1:6443"}}]
contexts: []
users:
- name: work
  user: &work
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args: [eks, get-token, --cluster-name, work]
      command: aws
- name: work-too
  user: *work
"""

SHARED_KEPT = (
    b"apiVersion: v1\nkind: Config\ncurrent-context: ",
    b'{name: kind, cluster: {server: "https://127.0.0.1:6443"}}',
    SHARED_EXEC[SHARED_EXEC.index("users:") :].encode(),
)

FLOW = """\
{apiVersion: v1, kind: Config, current-context: kind, preferences: {},
 clusters: [{name: kind, cluster: {server: "https://127.0.0.1:6443"}},
            {name: work, cluster: {server: 'https://work.example.com'}}], # two
 contexts: [{name: kind, context: {cluster: kind, user: kind}}],
 users: [
   {name: kind, user: {token: of-the-laptop}},
   {name: work, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws,
                              args: [eks, get-token, --cluster-name, work]}}},
 ]}
"""
FLOW_KEPT = (
    b"{apiVersion: v1, kind: Config, current-context: ",
    b", preferences: {},\n clusters: ",
    b"""{name: kind, cluster: {server: "https://127.0.0.1:6443"}},
            {name: work, cluster: {server: 'https://work.example.com'}}""",
    b"# two\n",
    b"contexts: ",
    b"{name: kind, context: {cluster: kind, user: kind}}",
    b"\n users: ",
    b"\n   {name: kind, user: {token: of-the-laptop}},\n",
    b"   {name: work, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ",
    b"                              args: [eks, get-token, --cluster-name, work]",
)

QUOTED = """\
"apiVersion": "v1"
'kind': 'Config'
"current-context": "kind: of #mine"
"clusters":
- "name": "kind: of #mine"
  "cluster": {"server": "https://127.0.0.1:6443"}
- 'name': 'it''s work'
  'cluster':
    'server': 'https://work.example.com'
"contexts":
- "name": "kind: of #mine"
  "context": {"cluster": "kind: of #mine", "user": "k\\u0069nd \\"quoted\\""}
'users':
- "name": "k\\u0069nd \\"quoted\\""
  "user": {"token": "- [of, the, laptop]"}
- 'name': 'it''s work'
  'user':
    "exec":
      "apiVersion": 'client.authentication.k8s.io/v1beta1'
      "args": ["eks", 'get-token', "--cluster-name", work]
      "command": "aws"
"""

UNKNOWN_FIELDS = """\
apiVersion: v1
kind: Config
metadata: {managed-by: someone, list: [1, 2.50, 0x1F, ~, yes, 2026-11-22]}
x-team:
  - shop
  - name: nested
    clusters:
    - name: not-a-cluster
clusters:
- name: kind
  x-note: |
    clusters:
    - name: not-a-cluster-either
  cluster:
    server: https://127.0.0.1:6443
    x-unknown: {deep: {deeper: [~]}}
contexts:
- name: kind
  context: {cluster: kind, user: kind, x-colour: red}
current-context: kind
users:
- name: kind
  user: {token: of-the-laptop, x-unknown: 1}
- name: work
  user:
    x-before: 1
    exec:
      x-inside: aws
      command: aws
      x-behind: aws
      apiVersion: client.authentication.k8s.io/v1beta1
      args: [eks, get-token, --cluster-name, work]
    x-after: 2
"""

EXTENSIONS = f"""\
apiVersion: v1
kind: Config
extensions:
- name: of-the-file
  extension: {{a: 1}}
preferences:
  colors: true
  extensions:
  - name: of-the-preferences
    extension: {{apiVersion: example.com/v1, kind: Colours}}
clusters:
- name: kind
  cluster:
    server: https://127.0.0.1:6443
    extensions:
    - name: client.authentication.k8s.io/exec
      extension:
        clusterName: kind
        users: [{{name: work}}]
contexts:
- name: kind
  context:
    cluster: kind
    user: kind
    extensions:
    - extension: {{last-update: "Sun, 22 Nov 2026", provider: minikube.sigs.k8s.io, version: v1.38.0}}
      name: context_info
current-context: kind
users:
- name: kind
  user:
    extensions:
    - {{name: of-the-user, extension: {{b: 2}}}}
    token: of-the-laptop
- name: work
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args: {AWS_ARGS}
      command: aws
"""

MULTI_LINE = """\
apiVersion: v1
kind: Config
current-context: kind
clusters:
- name: kind
  cluster:
    server:
      https://127.0.0.1:6443
    certificate-authority-data: |-
      LS0tLS1C
      RUdJTi0t
    proxy-url: >-

      http://127.0.0.1:3128
users:
- name: kind
  user:
    client-key-data: "LS0t\\
      LS0t"
    client-certificate-data: |
      LS0tLS1CRUdJTg==
- name: work
  user:
    exec:
      installHint: |+
        # Install the AWS CLI:

        command: pip install awscli

      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - eks
      - get-token
      - --cluster-name
      - >-
        work
      command: >-
        aws
contexts:
- name: kind
  context:
    cluster: kind
    user: kind
"""

EXPLICIT_KEYS = """\
%YAML 1.1
---
? apiVersion
: v1
? kind
: Config
? current-context
: kind
? clusters
: - ? name
    : kind
    ? cluster
    : {? server : "https://127.0.0.1:6443"}
? contexts
: - {name: kind, context: {cluster: kind, user: kind}}
? users
: - name: kind
    user: {token: of-the-laptop}
  - ? name
    : work
    ? user
    : exec:
        apiVersion: client.authentication.k8s.io/v1beta1
        args: [eks, get-token, --cluster-name, work]
        command: aws
...
"""

TAGS = """\
apiVersion: !!str v1
kind: !!str Config
current-context: kind
clusters: !!seq
- !!map
  name: !!str kind
  cluster: {server: !!str "https://127.0.0.1:6443"}
contexts:
- {name: kind, context: {cluster: kind, user: kind}}
users:
- name: work
  user: !!map
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args: [eks, get-token, --cluster-name, work]
      command: !!str aws
"""

UNICODE = """\
apiVersion: v1
kind: Config
# 雲のクラスター, größer als 🚀
current-context: größe
clusters:
- name: größe   # ← schön
  cluster: {server: "https://127.0.0.1:6443"}
- name: "🚀 prod"
  cluster: {server: "https://work.example.com"}
contexts:
- name: größe
  context: {cluster: größe, user: 雲}
users:
- name: 雲
  user: {token: "\\u96f2 of-the-laptop"}
- name: work
  user: # 🚀
    exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, args: [eks, get-token, --cluster-name, größe]}
"""
UNICODE_KEPT = (
    "# 雲のクラスター, größer als 🚀\ncurrent-context: ".encode(),
    "- name: größe   # ← schön\n".encode(),
    '- name: "🚀 prod"\n'.encode(),
    '- name: 雲\n  user: {token: "\\u96f2 of-the-laptop"}\n'.encode(),
    b"exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ",
    "args: [eks, get-token, --cluster-name, größe]".encode(),
)

TABS = PLAIN.replace("command: aws", "command:\taws\t# by a\ttab").replace("name: kind\n", "name:\tkind\t\n")

# By tools

KUBECTL = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==
    server: https://127.0.0.1:6443
  name: kind
contexts:
- context:
    cluster: kind
    namespace: kube-system
    user: kind
  name: kind
current-context: kind
kind: Config
preferences: {}
users:
- name: kind
  user:
    client-certificate-data: LS0tLS1CRUdJTg==
    client-key-data: LS0tLS1CRUdJTg==
- name: work
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - --region
      - eu-west-1
      - eks
      - get-token
      - --cluster-name
      - work
      - --output
      - json
      command: aws
      env:
      - name: AWS_PROFILE
        value: work
      interactiveMode: IfAvailable
      provideClusterInfo: false
"""

AWS_CLI = KUBECTL.replace("      interactiveMode: IfAvailable\n      provideClusterInfo: false\n", "")

EKSCTL = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTg==
    server: https://work.example.com
  name: work.eu-west-1.eksctl.io
contexts:
- context:
    cluster: work.eu-west-1.eksctl.io
    user: alice@work.eu-west-1.eksctl.io
  name: alice@work.eu-west-1.eksctl.io
current-context: alice@work.eu-west-1.eksctl.io
kind: Config
preferences: {}
users:
- name: alice@work.eu-west-1.eksctl.io
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - eks
      - get-token
      - --output
      - json
      - --cluster-name
      - work
      - --region
      - eu-west-1
      command: aws
      env:
      - name: AWS_STS_REGIONAL_ENDPOINTS
        value: regional
      provideClusterInfo: false
- name: bob@work.eu-west-1.eksctl.io
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - token
      - -i
      - work
      command: aws-iam-authenticator
      env:
      - name: AWS_STS_REGIONAL_ENDPOINTS
        value: regional
      - name: AWS_DEFAULT_REGION
        value: eu-west-1
      provideClusterInfo: false
"""

MINIKUBE = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority: /home/alice/.minikube/ca.crt
    extensions:
    - extension:
        last-update: Sun, 22 Nov 2026 10:00:00 CET
        provider: minikube.sigs.k8s.io
        version: v1.38.0
      name: cluster_info
    server: https://192.168.49.2:8443
  name: minikube
contexts:
- context:
    cluster: minikube
    extensions:
    - extension:
        last-update: Sun, 22 Nov 2026 10:00:00 CET
        provider: minikube.sigs.k8s.io
        version: v1.38.0
      name: context_info
    namespace: default
    user: minikube
  name: minikube
current-context: minikube
kind: Config
preferences: {}
users:
- name: minikube
  user:
    client-certificate: profiles/minikube/client.crt
    client-key: profiles/minikube/client.key
"""

OTHER_PLUGINS = """\
apiVersion: v1
kind: Config
current-context: gke
clusters:
- {name: gke, cluster: {server: "https://gke.example.com"}}
contexts:
- {name: gke, context: {cluster: gke, user: gke}}
users:
- name: gke
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: gke-gcloud-auth-plugin
      installHint: Install gke-gcloud-auth-plugin for use with kubectl by following
        https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl#install_plugin
      provideClusterInfo: true
- name: azure
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args: [get-token, --login, azurecli, --server-id, 6dae42f8-4368-4678-94ff-3960e28e3630]
      command: kubelogin
      env: null
- name: legacy
  user:
    auth-provider:
      config: {access-token: old, expiry: "2020-01-01T00:00:00Z"}
      name: gcp
- name: basic
  user: {username: admin, password: "p: #'"}
"""
