/**
 * Every network card is configured once it has a carrier. dhcpcd was chosen over udhcpc, which serves one card for each
 * process and has no IPv6, and over systemd-networkd, which waits for udev. Without udev, the cards are `eth0` and on;
 * the rest belongs to workloads.
 */
export const dhcpConfig = `allowinterfaces eth* wlan*
# The lease and the identity outlive a reboot: /var/lib/dhcpcd is on /perm.
duid
persistent
hostname
vendorclassid capsule
option domain_name_servers, domain_name, domain_search, classless_static_routes, interface_mtu, host_name
require dhcp_server_identifier
slaac private
nodev
script /usr/lib/capsule/dhcp-hook
`;

/** Writes the resolvers of all cards, those of the best one first, to /etc/resolv.conf, and takes the host name of option 12. */
export const dhcpHook = `#!/bin/sh
set -u
folder=/run/capsule-resolvers
own=$folder/$interface.\${protocol:-link}
mkdir -p $folder

# The name that the server gives, where the capsule has none of its own.
take_name() {
  name=\${new_host_name:-}
  name=\${name%%.*}
  case $name in
    '' | -* | *[!A-Za-z0-9-]*) return ;;
  esac
  [ -s /perm/hostname ] || [ \${#name} -gt 63 ] || printf %s "$name" >/proc/sys/kernel/hostname
}

case $reason in
  BOUND | RENEW | REBIND | REBOOT | INFORM | BOUND6 | RENEW6 | REBIND6 | REBOOT6 | INFORM6)
    {
      search=\${new_domain_search:-\${new_domain_name:-}}
      [ -z "$search" ] || echo "search $search"
      for server in \${new_domain_name_servers:-} \${new_dhcp6_name_servers:-}; do echo "nameserver $server"; done
    } >$own
    take_name
    ;;
  EXPIRE* | FAIL* | RELEASE* | STOP* | NAK | NOCARRIER* | DEPARTED) rm -f $own ;;
  *) exit 0 ;;
esac
for card in \${interface_order:-$interface}; do
  for file in $folder/$card.*; do [ ! -f $file ] || cat $file; done
done >/etc/resolv.conf.new
mv /etc/resolv.conf.new /etc/resolv.conf
`;

/** The clock is set at once while it is far off, at any time: a machine without a battery starts in 1970. */
export const chronyConfig = `pool 2.debian.pool.ntp.org iburst
makestep 1 -1
rtcsync
driftfile /var/lib/chrony/drift
user _chrony
cmdport 0
bindcmdaddress /run/chrony/chronyd.sock
pidfile /run/chrony/chronyd.pid
`;
