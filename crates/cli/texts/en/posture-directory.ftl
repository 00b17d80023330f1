# The posture: remarks about the directory.
facet-security-defaults = security defaults
setting-security-defaults = security defaults
setting-user-consent = to what users may consent
setting-risky-consent = users may let in risky apps
setting-users-register-apps = users may register applications
setting-guest-invites = who may invite guests
setting-guests-read = what guests may read
setting-joins-by-mail = anybody with an address of ours may join
setting-block-device-code = sign-in by device code is blocked
setting-block-legacy-authentication = legacy authentication is blocked
facet-conditional-access = Conditional Access
facet-methods-policy = the policy for sign-in methods
facet-authorization-policy = what users may do by default
facet-administrators = who holds directory roles
facet-registration = registered sign-in methods
facet-applications = applications
facet-federation = domains and where people sign in
facet-licences = licences
facet-people = all accounts
facet-secure-score = Secure Score
facet-administrative-units = administrative units
posture-administrator-without-second-factor = { $who } administers without a second factor{ $how ->
    [excluded] : left out of { $policy }
    [not-included] : { $policy } does not name them
    [alternative] : { $policy } takes something else instead
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-administrators-without-second-factor = no administrator is asked for a second factor{ $how ->
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-administrator-phishable = { $who } administers with a second factor that can be phished{ $how ->
    [excluded] : left out of { $policy }
    [not-included] : { $policy } does not name them
    [alternative] : { $policy } takes something else instead
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-administrators-phishable = no administrator is asked for a method that cannot be phished{ $how ->
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-without-second-factor = { $who } gets in without a second factor{ $how ->
    [excluded] : left out of { $policy }
    [not-included] : { $policy } does not name them
    [alternative] : { $policy } takes something else instead
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-nobody-with-second-factor = nobody is asked for a second factor{ $how ->
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-defaults-decide = security defaults ask for a second factor when Microsoft finds it necessary, and not always
posture-legacy-not-blocked = { $who } gets in with an old protocol{ $how ->
    [excluded] : left out of { $policy }
    [not-included] : { $policy } does not name them
    [alternative] : { $policy } takes something else instead
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-legacy-blocked-for-nobody = old protocols are blocked for nobody{ $how ->
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-device-code-not-blocked = { $who } gets in by device code{ $how ->
    [excluded] : left out of { $policy }
    [not-included] : { $policy } does not name them
    [alternative] : { $policy } takes something else instead
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-device-code-blocked-for-nobody = device code is blocked for nobody{ $how ->
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-sign-in-risk-unanswered = a risky sign-in of { $who } passes{ $how ->
    [excluded] : left out of { $policy }
    [not-included] : { $policy } does not name them
    [alternative] : { $policy } takes something else instead
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-sign-in-risk-unanswered-for-all = risky sign-ins pass, for everybody{ $how ->
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-user-risk-unanswered = { $who } may go on when the account is at high risk{ $how ->
    [excluded] : left out of { $policy }
    [not-included] : { $policy } does not name them
    [alternative] : { $policy } takes something else instead
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-user-risk-unanswered-for-all = accounts at high risk go on, all of them{ $how ->
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-registration-open = { $who } can register a sign-in method from anywhere with the password alone{ $how ->
    [excluded] : left out of { $policy }
    [not-included] : { $policy } does not name them
    [alternative] : { $policy } takes something else instead
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-registration-open-for-all = everybody can register a sign-in method from anywhere with the password alone{ $how ->
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-session-can-be-stolen = { $who } signs in with what a proxy can pass on{ $how ->
    [excluded] : left out of { $policy }
    [not-included] : { $policy } does not name them
    [alternative] : { $policy } takes something else instead
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-session-can-be-stolen-of-all = everybody signs in with what a proxy can pass on{ $how ->
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-continuous-access-off = { $policy } switches continuous access evaluation off
posture-no-token-protection = no policy binds tokens to the device
posture-administrator-stays-signed-in = { $who } administers and stays signed in without end
posture-set-lacks-legacy-authentication = old protocols are not blocked for everybody
posture-set-lacks-device-code = device code is not blocked for everybody
posture-set-lacks-risk = risk is not answered for everybody
posture-set-lacks-administrators = not every administrator is asked for a second factor
posture-set-lacks-guests = not every guest is asked for a second factor
posture-set-lacks-registration = registering a sign-in method is not protected for everybody
posture-administrator-on-any-device = { $who } administers from any device{ $how ->
    [excluded] : left out of { $policy }
    [not-included] : { $policy } does not name them
    [alternative] : { $policy } takes something else instead
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-administrators-on-any-device = everybody who administers may do so from any device{ $how ->
    [only-reported] : { $policy } only reports
    [off] : { $policy } is off
   *[none] {""}
}
posture-administrators-on-any-managed-device = administration takes a managed device, and any of them will do
posture-administrators-by-device-filter = { $policy } names the devices
posture-administrator-with-mailbox = { $who } administers and has a mailbox
posture-administrator-synchronised = { $who } administers and comes from the directory on-premises
posture-administrator-guest = { $who } administers and is a guest
posture-global-administrators-few = { $count ->
    [0] there is no Global Administrator
    [one] there is only one Global Administrator
   *[other] there are only { $count } Global Administrators
}
posture-global-administrators-many = there are { $count } Global Administrators: { $names }
posture-global-administrator-application = the application { $who } is a Global Administrator
posture-standing-role = { $who } is { $role } always
posture-no-pim = no licence for roles that are activated when needed
posture-emergency-none-named = no emergency account is named in policy.toml (break-glass)
posture-emergency-one-only = there is only one emergency account
posture-emergency-not-found = the emergency account { $who } is not there, or may not sign in
posture-emergency-not-global = the emergency account { $who } is not a Global Administrator always
posture-emergency-synchronised = the emergency account { $who } comes from the directory on-premises
posture-emergency-blocked = the emergency account { $who } does not get in
posture-emergency-not-excluded = { $policy } leaves out none of the emergency accounts
posture-emergency-without-key = the emergency account { $who } has no key or passkey
posture-consent-to-anything = users may let any app read what they read
posture-consent-to-risky = users may let in apps that Microsoft holds to be risky
posture-consent-requests-off = users cannot ask an administrator for an app
posture-consent-without-reviewers = nobody answers requests for apps
posture-users-register-apps = users may register applications
posture-app-credential-endless = a credential of { $app } has no end
posture-app-credential-long = a secret of { $app } is good until { $date }
posture-app-credential-on-foreign = { $app } is not yours and has a secret of this tenant
posture-app-reads-all-mail = { $app } holds { $right } for every mailbox
posture-unverified-app-let-in = { $app }, of an unverified maker, was let in by { $count ->
    [one] one person
   *[other] { $count } people
}
posture-method-sms = text messages are allowed as a method
posture-method-voice = calls are allowed as a method
posture-method-email = codes by mail are allowed as a method
posture-methods-older-policies = the older policies for methods still count
posture-authenticator-hides-application = the authenticator does not always show which app asks
posture-authenticator-hides-place = the authenticator does not always show from where
posture-authenticator-off = the authenticator is not in use
posture-temporary-pass-off = temporary passes are off
posture-temporary-pass-long = a temporary pass may be good for { $hours } hours
posture-no-second-factor-registered = { $who } has registered no second factor
posture-anybody-invites = anybody may invite guests, guests too
posture-members-invite = every member may invite guests
posture-guests-read-like-members = guests read the directory like members
posture-anybody-joins-by-mail = anybody with an address in your domains may join
posture-stale-account = { $who } has not signed in { $when ->
    [never] at all
   *[other] since { $date }
}
posture-stale-account-licensed = { $who } has a licence and has not signed in { $when ->
    [never] at all
   *[other] since { $date }
}
posture-shared-mailbox-signs-in = the shared mailbox { $who } may sign in
posture-no-restricted-unit = there is no unit under restricted management
posture-not-under-restricted-management = { $who } does not stand under restricted management
posture-score = { $per-cent } % on { $date }: { $reached } of { $most } points
posture-no-score = no score has been counted yet
posture-score-to-be-had = { $points } points: { $title }
posture-records-for-a-year = records are kept for a year for those with the licence
posture-records-for-half-a-year = records are gone after 180 days
posture-no-cloud-apps-licence = no licence for Defender for Cloud Apps
posture-no-federation = everybody signs in here
posture-second-factor-elsewhere = for { $domain } a second factor shown elsewhere counts
posture-sign-in-unknown = where people of { $domain } sign in is not known
posture-reach-consents-stay = { $number ->
    [0] no app was let in by a user so far
    [one] one consent that a user gave stays: regain posture names apps of unknown makers
   *[other] { $number } consents that users gave stay: regain posture names apps of unknown makers
}
posture-reach-consents-unread = what users let in so far was not read, and stays
posture-reach-requests-by-hand = requests to an administrator are switched on by hand: Entra admin centre, Enterprise apps, Consent and permissions, Admin consent settings
posture-reach-registered-apps-stay = applications that users registered stay theirs; whoever makes applications for work needs the role Application Developer from now on
posture-reach-guests = { $number ->
    [0] there are no guests; members no longer invite any
    [one] one guest reads less from now on; members no longer invite others
   *[other] { $number } guests read less from now on; members no longer invite others
}
posture-reach-guests-unread = how many guests there are was not read
posture-block-without-emergency-account = no emergency account is known, and one must be left out. Write its sign-in name into policy.toml: break-glass = ["NAME"]
posture-block-emergency-not-found = { $who } is kept for emergencies by policy.toml, and no account of the tenant is called that. Name each account itself there, as it is spelt in the directory
posture-block-emergency-off = no emergency account may sign in. Enable one, or name another in policy.toml
posture-block-operator-unknown = the token does not say who you are, and you must be left out. Sign in again
posture-block-operator-not-found = you ({ $who }) have no account in this tenant that could be left out. Sign in with an account of the tenant
posture-block-under-security-defaults = security defaults are on, and Conditional Access can only be enabled without them. They block legacy authentication, and no device codes. Replace all that they do by policies, switch them off, then plan again
posture-block-policy-changed = somebody changed or copied the policy { $policy }. Bring it back or remove it by hand: Entra admin centre, Conditional Access
posture-reach-block-reports = nobody is refused yet: the policy only reports. Look at the sign-in log after a week (tab Report-only), then run the same line again to switch it on
posture-reach-block-on = the policy is switched on: whoever comes this way is refused from then on. Whom it would have refused so far is in the sign-in log (tab Report-only)
posture-reach-block-mended = { $who } was taken out of the policy's exclusions and is put back. Find out who did that; then run the same line again
posture-reach-block-people = { $number ->
    [0] nobody comes this way unhindered today
    [one] one account may come this way today, and would be refused
   *[other] { $number } accounts may come this way today, and would be refused
}
posture-reach-block-person = { $who } would be refused
posture-reach-block-service-account = { $who } is used by a device or a program, and would be refused
posture-reach-block-unread = whom it would refuse was not read
posture-reach-block-emergency = { $who } is left out: kept for emergencies
posture-reach-block-operator = { $who } is left out: that is you
posture-reach-block-left-out = { $who } is left out: every policy for all leaves this Global Administrator out. If it is an emergency account, name it in policy.toml
posture-reach-block-no-operator = regain signs in here as an app, and no policy of this kind reaches an app. Of people, only those above are left out: if you are not among them, it holds for you too
