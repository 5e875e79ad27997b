package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
)

// run calls the real kubeadm and gives its exit status.
func run(args arguments) int {
	command, err := prepare(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := command.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	passSignals(command.Process)
	status := statusOf(command.Wait())
	if status == 0 {
		status = after(commandOf(args.words))
	}
	return status
}

// prepare hands the configuration over as an open file of /run that has no name any more: it may hold tokens.
func prepare(args arguments) (*exec.Cmd, error) {
	command := exec.Command(real)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	if args.config != nil {
		file, err := unnamed(args.config)
		if err != nil {
			return nil, err
		}
		command.ExtraFiles = []*os.File{file}
	}
	for _, word := range args.words {
		command.Args = append(command.Args, strings.ReplaceAll(word, placeholder, "/proc/self/fd/3"))
	}
	return command, nil
}

func unnamed(text []byte) (*os.File, error) {
	file, err := os.CreateTemp("/run", "kubeadm-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, err
	}
	_, err = file.Write(text)
	return file, err
}

func passSignals(process *os.Process) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for each := range signals {
			_ = process.Signal(each)
		}
	}()
}

func statusOf(err error) int {
	var ended *exec.ExitError
	if err == nil {
		return 0
	}
	if !errors.As(err, &ended) {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return ended.ExitCode()
}

const admin, superAdmin = "/etc/kubernetes/admin.conf", "/etc/kubernetes/super-admin.conf"

// after does what later versions do beside: since 1.29 init leaves super-admin.conf, and reset takes it away.
func after(command string) int {
	var err error
	switch {
	case command == "init" && minor() >= 29:
		err = copyFile(admin, superAdmin)
	case command == "reset" && minor() >= 29:
		err = os.Remove(superAdmin)
	}
	if err == nil || errors.Is(err, os.ErrNotExist) {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		return err
	}
	return target.Close()
}
