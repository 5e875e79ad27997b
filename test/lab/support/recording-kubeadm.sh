#!/bin/sh
# In the real kubeadm's place: says what it was called with, and what its configuration holds (an open file, 3).
for word in "$@"; do printf 'word %s\n' "$word"; done
case "$*" in *fd/3*) cat /proc/self/fd/3 && stat -L -c 'mode %a' /proc/self/fd/3 ;; esac
case "$*" in *--fail*) exit 7 ;; esac
