/**
 * A stand-in for sudo with its behaviour towards stdin and stderr: PASSWORD asks for "right" up to three times (a wrong
 * answer reads on, as sudo does), NOPASSWD never reads, DENIED refuses,
 * NOT_ALLOWED does and quotes the command.
 */
export const STAND_IN_SUDO = `#!/bin/sh
ask=no
while [ "$1" != -- ]; do [ "$1" = -S ] && ask=yes; shift; done
shift
case $MODE in
NOPASSWD) exec "$@" ;;
DENIED) echo 'ops is not in the sudoers file.' >&2; exit 1 ;;
NOT_ALLOWED) echo "Sorry, user ops is not allowed to execute '$*' as root on m1." >&2; exit 1 ;;
esac
[ "$ask" = yes ] || { echo 'sudo: a password is required' >&2; exit 1; }
tries=0
while [ "$tries" -lt 3 ] && IFS= read -r line; do
  echo "$line" >> "$TRIED"
  [ "$line" = right ] && exec "$@"
  echo 'Sorry, try again.' >&2
  tries=$((tries + 1))
done
echo "sudo: $tries incorrect password attempts" >&2
exit 1
`
