package connect

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestDrainWaitsForAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		l.enter("1", false)
		l.enter("1", false) // the same id again, before it was answered
		l.enter("s1", false)
		l.enter("", false) // a notification
		left := make(chan int, 1)
		go func() { left <- l.drain(time.Minute) }()
		for _, key := range []string{"1", "7", "s1"} {
			synctest.Wait()
			l.answered(key)
		}
		synctest.Wait()
		select {
		case n := <-left:
			t.Fatalf("ended with %d, while one call was open", n)
		default:
		}
		if l.enter("2", false) {
			t.Error("a request was let in while draining")
		}
		l.answered("1")
		if n := <-left; n != 0 {
			t.Errorf("%d left", n)
		}
	})
}

func TestDrainEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		l.enter("1", false)
		began := time.Now()
		if n := l.drain(drainTime); n != 1 || time.Since(began) != 10*time.Second {
			t.Errorf("%d left after %s", n, time.Since(began))
		}
	})
}

func TestEnterWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		for range maxOpen {
			l.enter("1", false)
		}
		in := make(chan bool, 1)
		go func() { in <- l.enter("2", false) }()
		synctest.Wait()
		if len(in) != 0 {
			t.Fatal("one too many was let in")
		}
		l.answered("1")
		if !<-in {
			t.Error("not let in, though there was room")
		}
		go func() { in <- l.enter("3", false) }()
		synctest.Wait()
		l.abandon()
		if <-in {
			t.Error("let in after the end")
		}
	})
}

func TestInitializeGoesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		l.enter("0", true)
		in := make(chan bool, 1)
		go func() { in <- l.enter("", false) }()
		synctest.Wait()
		if len(in) != 0 {
			t.Fatal("something went beside initialize")
		}
		l.answered("0")
		if !<-in {
			t.Error("not let in afterwards")
		}
	})
}
