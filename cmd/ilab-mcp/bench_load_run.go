package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// loadRun is one run of bench load.
type loadRun struct {
	env
	loadPlan

	program string
	report  loadReport
}

// one measures agents on a store of its own, and takes that away.
func (r *loadRun) one(ctx context.Context, db, over string, size int) (err error) {
	defer func() { err = errors.Join(err, os.RemoveAll(filepath.Dir(db))) }()
	clients := r.clients
	if over == overStdio {
		clients = 1
	}
	m := loadMeasurement{Transport: over, Memories: size, Clients: clients}
	var users []string
	for n := range clients {
		users = append(users, fmt.Sprintf("%s-%d", over, n+1))
	}
	if m.FillPerSecond, err = r.fill(ctx, db, users, size); err != nil {
		return err
	}
	agents, leave, err := r.arrive(ctx, db, over, users)
	if err != nil {
		return err
	}
	begun := time.Now()
	err = r.work(ctx, fmt.Sprintf("%s, %d memories", over, size), agents)
	m.sum(agents, time.Since(begun))
	r.report.Measurements = append(r.report.Measurements, m)
	return errors.Join(err, leave())
}

// fill gives users memories, and says how many a second.
func (r *loadRun) fill(ctx context.Context, db string, users []string, size int) (float64, error) {
	drawn := newProgress(r.env, "filling", int64(size*len(users)), false)
	defer drawn.done()
	begun := time.Now()
	for n, user := range users {
		o := memstore.DefaultOptions()
		o.Limits = memstore.Limits{}
		w := whose{Who: config.Who{User: user}, Store: config.Store{DB: db}}
		err := w.withUser(ctx, inside(), loadExample, o, func(s *memstore.Store) error {
			from := &madeUp{words: newVocabulary(n), left: size, at: begun.Add(-time.Duration(size) * time.Minute), step: func() { drawn.add(1) }}
			_, err := transfer.Import(ctx, s, from, o.Redactor)
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("the store cannot be filled: %w", err)
		}
	}
	return perSecond(size*len(users), time.Since(begun)), nil
}

// arrive starts a server, and connects an agent for each user. leave has all of
// them leave, and ends the server.
func (r *loadRun) arrive(ctx context.Context, db, over string, users []string) (agents []*agent, leave func() error, err error) {
	end := func() error { return nil }
	leave = func() error {
		var failed []error
		for _, a := range agents {
			failed = append(failed, a.close())
		}
		return errors.Join(append(failed, end())...)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, leave())
		}
	}()
	if over == overStdio {
		a, err := stdioAgent(ctx, r.env, r.program, db, users[0], unlimited...)
		if err != nil {
			return nil, leave, err
		}
		return append(agents, a), leave, nil
	}
	keys, err := loadKeys(ctx, db, users)
	if err != nil {
		return nil, leave, err
	}
	s, err := startServer(ctx, r.env, r.program, db)
	if err != nil {
		return nil, leave, err
	}
	end = s.stop
	for _, key := range keys {
		a, err := httpAgent(ctx, s.url, key)
		if err != nil {
			return agents, leave, err
		}
		agents = append(agents, a)
	}
	return agents, leave, nil
}

// work has all agents work at once, each for its turns. Where one fails, the
// others stop.
func (r *loadRun) work(ctx context.Context, what string, agents []*agent) error {
	drawn := newProgress(r.env, what, int64(r.turns*len(agents)), false)
	defer drawn.done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var first atomic.Pointer[error]
	var all sync.WaitGroup
	for n, a := range agents {
		all.Go(func() {
			if err := a.work(ctx, newVocabulary(-1-n), r.turns, func() { drawn.add(1) }); err != nil {
				first.CompareAndSwap(nil, &err)
				cancel()
			}
		})
	}
	all.Wait()
	if err := first.Load(); err != nil {
		return *err
	}
	return nil
}
