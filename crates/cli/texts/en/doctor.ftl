### What a person reads of `doctor` and `tenant`: short, plain, without blame.

doctor-label-tenant = tenant
doctor-label-identity = identity
doctor-label-data = data
doctor-label-tried-on = tried on
doctor-and = { $one } and { $other }
doctor-identity-app = { $duties }: app { $app }
doctor-identity-person = { $duties }: a person, by app { $app }
doctor-service-sign-in = sign-in
doctor-service-graph = graph
doctor-service-exchange = exchange
doctor-answers = answers, { $ms } ms
doctor-silent = DOES NOT ANSWER: { $why }
doctor-not-asked = not asked
doctor-writable = { $path }: writable
doctor-not-writable = { $path }: NOT WRITABLE: { $why }
doctor-tried-on-nobody = no account: no Global Administrator could be read; name one with --account
doctor-missing = MISSING
doctor-unknown = UNKNOWN
doctor-not-configured = NOT CONFIGURED (no identity is for it)
doctor-not-licensed = NOT LICENSED (there may be nothing to read)
doctor-ok = OK
doctor-by-tried = tried
doctor-by-token = token
doctor-by-settings = settings
doctor-grant = grant { $what }
doctor-grant-role-app = the directory role { $role } on the app
doctor-grant-role-person = the directory role { $role } for the person
doctor-grant-wait = wait some minutes if it was granted just now; else let an administrator consent again
doctor-of-identity = { $what } (identity { $duties })
doctor-spare = HELD AND NOT NEEDED by this version
doctor-app = OUR APP { $name } ({ $app }, { $duties })
doctor-new = NEW  { $kind } { $name } ({ $id })
doctor-new-until = NEW  { $kind } { $name } ({ $id }), good until { $until }
doctor-new-asked = did you add this? then: regain doctor --accept; if not, remove it, and treat the app as taken over
doctor-known = { $count ->
    [one] 1 credential or owner known
   *[other] { $count } credentials and owners known
  }
doctor-first = { $count ->
    [one] 1 credential or owner seen for the first time, and remembered
   *[other] { $count } credentials and owners seen for the first time, and remembered
  }
doctor-gone = gone { $kind } { $name } ({ $id })
doctor-unread = NOT READ  { $part }: { $why }
doctor-next = every grant, and the commands that give it: regain doctor --setup

doctor-way-secret = secret
doctor-way-certificate = certificate
doctor-way-federated-credential = federated credential
doctor-way-owner = owner
doctor-way-service-principal-secret = secret of the service principal
doctor-way-service-principal-certificate = certificate of the service principal
doctor-way-service-principal-owner = owner of the service principal
doctor-part-application = application
doctor-part-owners = owners
doctor-part-federated-credentials = federated credentials
doctor-part-service-principal = service principal
doctor-part-owners-of-the-service-principal = owners of the service principal

doctor-why-nobody = no identity of this tenant is for it
doctor-why-read-first = what it must read first was refused
doctor-why-token-silent = the token does not say what the identity may do
doctor-why-purview-group = the token names no such role; a role group in Purview may allow it
doctor-why-role-group = the token names no such role; a role group in Exchange may allow it
doctor-why-no-read = the role is held, but no read could be tried
doctor-why-nothing-to-try = it is granted, but there was nothing to try it on
doctor-why-not-found = no such object

doctor-does-find-account = find an account and read who it is
doctor-does-mailbox-kind = tell a person's mailbox from a shared one or a room
doctor-does-domains = tell inside from outside: the tenant's domains
doctor-does-who-else = tell who else signed in like the account
doctor-does-global-administrators = count the Global Administrators that would be left
doctor-does-read-entra-roles = read directory roles
doctor-does-read-pim-roles = read directory roles under PIM
doctor-does-read-group-roles = read roles that come through groups
doctor-does-block-sign-in = block sign-in, and allow it again
doctor-does-replace-password = replace the password
doctor-does-lock-administrators = block and reset accounts that hold admin roles
doctor-does-revoke-sessions = revoke sessions
doctor-does-change-entra-roles = withdraw directory roles and give them back, under PIM too
doctor-does-change-group-roles = withdraw membership of role-assignable groups and give it back
doctor-does-change-group-owners = withdraw ownership of role-assignable groups and give it back
doctor-does-own-app = see new credentials and owners of our own apps
doctor-does-accepted-domains = read the domains that mail is accepted for
doctor-does-read-forwarding = read forwarding
doctor-does-change-forwarding = remove forwarding, and put it back
doctor-does-read-inbox-rules = read inbox rules, hidden ones too
doctor-does-change-inbox-rules = switch off, remove and restore inbox rules
doctor-does-read-sending-block = read the restricted entities
doctor-does-lift-sending-block = lift a sending block
doctor-does-read-exchange-roles = read role groups and roles of Exchange
doctor-does-change-exchange-roles = withdraw roles of Exchange and give them back
doctor-does-posture-policies = measure policies: Conditional Access, security defaults, consent, methods
doctor-does-posture-administrators = measure who administers, and which units stand apart
doctor-does-posture-methods = measure who has registered a second factor
doctor-does-posture-apps = measure apps, their credentials and rights
doctor-does-posture-domains = measure where people of each domain sign in
doctor-does-posture-licences = measure which licences there are
doctor-does-posture-score = measure the Secure Score
doctor-does-posture-mail = measure settings of mail and the audit log
doctor-does-posture-mailboxes = measure which mailboxes forward, and by which old protocols they are read
doctor-does-posture-defender = measure Safe Links and Safe Attachments
doctor-does-posture-alerts = measure alert policies (Purview)
doctor-does-change-settings = change settings of mail and the audit log, and put them back (posture --fix)
doctor-does-change-alerts = change who alerts go to (Purview; posture --fix alerts-reach-somebody)
doctor-does-change-consent = change who may let apps in, register them and invite guests, and put it back (posture --fix)
doctor-does-change-access = block ways to sign in by Conditional Access, and put it back (posture --fix)

setup-identity = IDENTITY { $duty }
setup-grant = GRANT to the app, once (an administrator consents):
setup-roles = DIRECTORY ROLES on the app:
setup-commands = BY COMMAND:
setup-role-group = IN PLACE OF a directory role for Exchange (in Exchange Online PowerShell, once):
setup-purview-group = IN PLACE OF a directory role for Purview, and for changing who alerts go to (in Security & Compliance PowerShell, once):
setup-role-locks = replaces passwords, and locks administrators too
setup-role-mail = mailboxes and roles in Exchange; or the role group below instead
setup-role-reads = reads Exchange, inbox rules perhaps not; the role group below instead is better
setup-role-alerts = reads alert policies in Purview, where Exchange Administrator does not reach
setup-one-app = ONE APP FOR EVERYTHING needs the sum of these: regain doctor --setup --json has it. Three are safer: an app that
    only sees cannot lock, and one that locks is not needed while nobody is attacked.
setup-administrators = FOR ADMINISTRATORS let a person lock instead of an app: eligible for Privileged Authentication Administrator,
    activated when it is needed: regain tenant add NAME --for lock --person --client-id ID
setup-parent = # a cmdlet that its parent does not have: Get-ManagementRole -Cmdlet NAME tells which role does
setup-keep = Whoever holds the secret of an app that locks or cleans can take over the tenant: keep it like a Global
    Administrator's password.

tenant-added = { $name } is known as { $id }; try it: regain doctor --tenant { $name }
tenant-forgotten = { $name } is forgotten; its cases are kept
tenant-none = no tenant is known; regain tenant add NAME --tenant-id ID --client-id ID --secret env:VARIABLE
tenant-app = app { $app }
tenant-invalid = invalid
