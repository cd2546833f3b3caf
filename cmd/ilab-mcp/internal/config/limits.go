package config

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

func (c *Config) limits(right string, s Limits) (err error) {
	if c.SessionTimeout, err = duration(s.SessionTimeout); err != nil {
		return wrongf("Write a time such as 30m, 24h or 168h.", right+" --session-timeout 12h",
			"--session-timeout (ILAB_SESSION_TIMEOUT) cannot be %q", s.SessionTimeout)
	}
	if c.Limits, err = Room(right, s.Capacity); err != nil {
		return err
	}
	if err := count(right, "--max-forgets", "ILAB_MAX_FORGETS", s.MaxForgets, func(n int64) { c.MaxForgets = int(n) }); err != nil {
		return err
	}
	if err := size(right, "--index-cache", "ILAB_INDEX_CACHE", s.IndexCache, func(n int64) { c.IndexBytes = n }); err != nil {
		return err
	}
	return size(right, "--max-message", "ILAB_MAX_MESSAGE", s.MaxMessage, func(n int64) { c.MaxMessage = int(n) })
}

// Room checks how much a user may keep. right is a command line that is right,
// for examples. Its errors are *[Error].
func Room(right string, s Capacity) (l memstore.Limits, err error) {
	if err := count(right, "--max-memories", "ILAB_MAX_MEMORIES", s.MaxMemories, func(n int64) { l.Memories = n }); err != nil {
		return memstore.Limits{}, err
	}
	err = size(right, "--max-bytes", "ILAB_MAX_BYTES", s.MaxBytes, func(n int64) { l.Bytes = n })
	return l, err
}

// duration reads a time. 0 is no limit: sessions then never go stale.
func duration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, err
	}
	if d < 0 {
		return 0, strconv.ErrRange
	}
	if d == 0 {
		return math.MaxInt64, nil
	}
	return d, nil
}

// bytes reads a size: a whole number and an optional unit. KB, MB and GB are
// not taken, because people disagree on what they are.
func bytes(s string) (int64, bool) {
	shift := 0
	for unit, by := range map[string]int{"KiB": 10, "MiB": 20, "GiB": 30} {
		if rest, ok := strings.CutSuffix(s, unit); ok {
			s, shift = strings.TrimSpace(rest), by
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64>>shift || n<<shift > math.MaxInt {
		return 0, false
	}
	return n << shift, true
}

// size reads how big something may be.
func size(right, flag, variable, given string, set func(int64)) error {
	n, ok := bytes(given)
	if !ok {
		return wrongf("Write a size such as 512KiB, 64MiB or 2GiB, a number of bytes, or 0 for no limit.",
			right+" "+flag+" 64MiB", "%s (%s) cannot be %q", flag, variable, given)
	}
	set(n)
	return nil
}

// count reads a number of something.
func count(right, flag, variable, given string, set func(int64)) error {
	n, err := strconv.ParseInt(given, 10, 32)
	if err != nil || n < 0 {
		return wrongf("Write a number such as 100, or 0 for no limit.", right+" "+flag+" 100", "%s (%s) cannot be %q", flag, variable, given)
	}
	set(n)
	return nil
}
