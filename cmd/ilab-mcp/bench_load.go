package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
)

// benchLoad measures how fast agents are served. Its numbers are strings so that
// the messages about them are ours.
type benchLoad struct {
	benchSettings

	Sizes   []string `name:"sizes" default:"100,1000,10000" placeholder:"100,1000,10000" help:"How many memories each user has to begin with; one measurement for each."`
	Turns   string   `name:"turns" default:"60" placeholder:"60" help:"How many turns an agent takes."`
	Clients string   `name:"clients" default:"1" placeholder:"1" help:"How many agents work at once over HTTP, each for a user of its own."`
	Over    []string `name:"over" default:"stdio,http" placeholder:"stdio,http" help:"What to measure: stdio, http or both."`
}

const loadExample = "ilab-mcp bench load --sizes 1000 --clients 8"

// Help is what bench load --help adds.
func (benchLoad) Help() string {
	return `Each user gets that many made-up memories of 50 words, with Zipf's frequencies, out of a fixed seed. Then an agent does what ` +
		`agents do: mem_session_start; in each turn mem_search with a sentence of ten words, in every third turn mem_get_observation of ` +
		`the best hit, and mem_save; mem_session_end.

Over stdio it is one agent with a server process of its own; over HTTP there is one server for all, with an API key for each ` +
		`user and no limit on requests. Times are what an agent waits, from the call to the answer as the client's library hands it over; the first ` +
		`search of a user builds the index and is among them. Percentiles are by the nearest rank. Calls a second are those that were made in the ` +
		`time that the agents worked, all at once; the agents run on the same machine.

Nothing of your own is touched, and nothing is left behind.`
}

// loadPlan is what to measure.
type loadPlan struct {
	sizes          []int
	turns, clients int
	over           []string
}

// plan checks the settings.
func (c *benchLoad) plan() (p loadPlan, err error) {
	if p.turns, err = loadNumber("--turns", c.Turns, 1, 100_000); err != nil {
		return p, err
	}
	if p.clients, err = loadNumber("--clients", c.Clients, 1, 1000); err != nil {
		return p, err
	}
	for _, given := range c.Sizes {
		size, err := loadNumber("--sizes", given, 0, 1_000_000)
		if err != nil {
			return p, err
		}
		p.sizes = append(p.sizes, size)
	}
	for _, over := range c.Over {
		if over != overStdio && over != overHTTP {
			return p, &config.Error{What: fmt.Sprintf("--over cannot be %q", over), Do: "Choose stdio, http or both.", Example: loadExample + " --over http"}
		}
	}
	p.over = c.Over
	return p, nil
}

func loadNumber(flag, given string, least, most int) (int, error) {
	n, err := strconv.Atoi(given)
	if err != nil || n < least || n > most {
		return 0, &config.Error{What: fmt.Sprintf("%s cannot be %q", flag, given), Do: fmt.Sprintf("Write whole numbers from %d to %d.", least, most), Example: loadExample}
	}
	return n, nil
}

// What load goes over.
const (
	overStdio = "stdio"
	overHTTP  = "http"
)

func (c *benchLoad) run(ctx context.Context, e env) error {
	plan, err := c.plan()
	if err != nil {
		return err
	}
	r := &loadRun{env: e, loadPlan: plan, report: loadReport{Version: buildVersion(), Turns: plan.turns}}
	if r.program, err = os.Executable(); err != nil {
		return fmt.Errorf("this program cannot find itself to start servers with: %w", err)
	}
	err = c.throwaway(ctx, func(folder string) error {
		for _, size := range plan.sizes {
			for _, over := range plan.over {
				db := filepath.Join(folder, fmt.Sprintf("%s-%d", over, size), "memory.db")
				if err := r.one(ctx, db, over, size); err != nil {
					return fmt.Errorf("the measurement over %s with %d memories broke off: %w", over, size, err)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.tell(e, &r.report, r.report.draw)
}
