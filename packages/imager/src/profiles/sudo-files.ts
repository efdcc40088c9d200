import type { ProfileFile } from '../profile.ts';

/** Root needs no password, and a capsule has no other user to ask for one. */
const PAM = `auth required pam_rootok.so
account required pam_permit.so
session required pam_permit.so
`;

/** For services without a file of their own. Debian's refers to files that a maintainer script makes; sudo fails then, too. */
const DENY = ['auth', 'account', 'password', 'session']
  .map((kind) => `${kind} required pam_deny.so\n`)
  .join('');

/**
 * A command keeps the terminal that it was given: root gains nothing from a second one. Without `!fqdn`, Debian's default,
 * sudo looks the capsule's own name up, which no file and no server need have.
 */
const SUDOERS = `Defaults env_reset, !fqdn, !syslog, !use_pty
Defaults env_keep += "CAPSULE_HOST NO_COLOR"
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
root ALL=(ALL:ALL) ALL
`;

/** sudo on a capsule: commands of documentation run as printed, for root too. */
export const sudoFiles: Readonly<Record<string, ProfileFile>> = {
  '/etc/sudoers': { content: SUDOERS, mode: 0o440 },
  '/etc/pam.d/other': { content: DENY },
  '/etc/pam.d/sudo': { content: PAM },
  '/etc/pam.d/sudo-i': { content: PAM },
};
