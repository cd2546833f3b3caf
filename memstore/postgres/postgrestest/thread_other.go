//go:build unix && !linux

package postgrestest

import "os/exec"

func endWithThread(*exec.Cmd) {}
