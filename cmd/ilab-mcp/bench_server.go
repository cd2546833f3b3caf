package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// unlimited are the flags of a server that refuses nothing for its amount.
var unlimited = []string{"--max-memories", "0", "--max-bytes", "0"} //nolint:gochecknoglobals // a table

// loadServer is a running ilab-mcp serve.
type loadServer struct {
	url  string
	stop func() error // ends it, and waits for that
}

// endTime is more than a server takes to end once it is told to.
const endTime = 20 * time.Second

// startServer starts a server on a port that is free, and waits until it serves.
func startServer(ctx context.Context, e env, program, db string) (*loadServer, error) {
	ctx, end := context.WithCancel(ctx)
	args := append([]string{"serve", "--db", db, "--listen", "127.0.0.1:0", "--rate", "0", "--log-format", "json"}, unlimited...)
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // this very program
	cmd.Env, cmd.WaitDelay = e.plain(), endTime
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil { // Windows has none
			return cmd.Process.Kill()
		}
		return nil
	}
	pipe, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		end()
		return nil, fmt.Errorf("the server cannot be started: %w", err)
	}
	log, address, read := &tail{}, make(chan string, 1), make(chan struct{})
	go func() {
		defer close(read)
		defer close(address)
		for lines := bufio.NewReader(pipe); ; {
			line, err := lines.ReadBytes('\n')
			_, _ = log.Write(line) // it cannot fail
			if found := servingAt(line); found != "" {
				address <- found
			}
			if err != nil {
				return // the end
			}
		}
	}()
	s := &loadServer{stop: func() error {
		end()
		<-read
		if err := cmd.Wait(); err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("the server did not end well: %w\n%s", err, log)
		}
		return nil
	}}
	at, ok := <-address
	if !ok {
		return nil, errors.Join(fmt.Errorf("the server does not serve:\n%s", log), s.stop())
	}
	s.url = "http://" + at + "/mcp"
	return s, nil
}

// servingAt is the address in the line of log that tells it; "" in others.
func servingAt(line []byte) string {
	if !bytes.Contains(line, []byte(`"serving"`)) {
		return ""
	}
	var said struct {
		Msg     string `json:"msg"`
		Address string `json:"address"`
	}
	if err := json.Unmarshal(line, &said); err != nil || said.Msg != "serving" {
		return ""
	}
	return said.Address
}

// loadKeys makes an API key for each user.
func loadKeys(ctx context.Context, db string, users []string) (keys []string, err error) {
	store, _, err := openKeys(ctx, inside(), config.Store{DB: db})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	for _, name := range users {
		user, err := memstore.ParseUserID(name)
		if err != nil {
			return nil, err
		}
		secret, _, err := newKeys(store).Issue(ctx, user, privacy.Text{}, time.Time{}, false)
		if err != nil {
			return nil, err
		}
		keys = append(keys, secret.Reveal())
	}
	return keys, nil
}
