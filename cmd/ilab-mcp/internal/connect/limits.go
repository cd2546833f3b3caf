package connect

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what one user, or one address, may do at once. Zero is no bound.
type Limits struct {
	Rate     int // requests a second
	Burst    int // requests at once, above the rate
	Calls    int // requests being carried out at once
	Streams  int // open event streams
	Sessions int // MCP sessions
	Forgets  int // calls of mem_forget a minute
	Failures int // failed credentials a minute, of one address
}

// DefaultLimits are the documented defaults.
func DefaultLimits() Limits {
	return Limits{Rate: 200, Burst: 400, Calls: 32, Streams: 8, Sessions: 64, Forgets: 20, Failures: 20}
}

// bucket is a token bucket; nil lets everything pass.
type bucket struct{ *rate.Limiter }

// perSecond and perMinute fill a bucket of n tokens in that time.
func perSecond(n, burst int) bucket { return newBucket(rate.Limit(n), n, burst) }
func perMinute(n int) bucket        { return newBucket(rate.Limit(n)/60, n, n) }

func newBucket(r rate.Limit, n, burst int) bucket {
	if n <= 0 {
		return bucket{}
	}
	return bucket{rate.NewLimiter(r, max(1, n, burst))}
}

// take takes a token, or says how long to wait for one.
func (b bucket) take(now time.Time) (wait time.Duration, ok bool) {
	if b.Limiter == nil || b.AllowN(now, 1) {
		return 0, true
	}
	missing := 1 - b.TokensAt(now)
	return time.Duration(missing / float64(b.Limit()) * float64(time.Second)), false
}

// full says that nobody has taken a token for a while.
func (b bucket) full(now time.Time) bool {
	return b.Limiter == nil || b.TokensAt(now) >= float64(b.Burst())
}

// seconds writes a wait for Retry-After: whole seconds, at least one.
func seconds(wait time.Duration) int { return max(1, int(math.Ceil(wait.Seconds()))) }
