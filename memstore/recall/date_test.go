package recall

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func day(year int, month time.Month, d int) int {
	return dayOf(time.Date(year, month, d, 12, 0, 0, 0, time.UTC).UnixMicro())
}

// days writes the stretches that a query names, for memories from 2023 to 2026,
// as "2023-05-01..2023-05-31".
func days(q Query) string {
	write := func(d int) string { return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly) }
	var all []string
	for _, d := range q.dates {
		for _, s := range d.stretches(day(2023, 1, 1), day(2026, 6, 3)) {
			if s.from == s.to {
				all = append(all, write(s.from))
			} else {
				all = append(all, write(s.from)+".."+write(s.to))
			}
		}
	}
	return strings.Join(all, " ")
}

// TestDates: each form of a date, asked on Wednesday the 3rd of June 2026.
func TestDates(t *testing.T) {
	everyMay := "2023-05-01..2023-05-31 2024-05-01..2024-05-31 2025-05-01..2025-05-31 2026-05-01..2026-05-31"
	for _, tt := range []struct{ query, want string }{
		// in digits
		{"2023-05-07", "2023-05-07"},
		{"what happened on 2023-05-07?", "2023-05-07"},
		{"2023-05", "2023-05-01..2023-05-31"},
		{"from 2023-05-07 to 2024-02-29", "2023-05-07 2024-02-29"},
		{"2023-12", "2023-12-01..2023-12-31"},
		{"7.5.2023", "2023-05-07"},
		{"07/05/2023", "2023-05-07"},
		{"5/13/2023", "2023-05-13"}, // as Americans write it
		{"31.12.2023", "2023-12-31"},
		// by name
		{"7 May 2023", "2023-05-07"},
		{"May 7th, 2023", "2023-05-07"},
		{"the 7th of May 2023", "2023-05-07"},
		{"May 2023", "2023-05-01..2023-05-31"},
		{"MAY 2023", "2023-05-01..2023-05-31"},
		{"in May", everyMay},
		{"since last May?", everyMay},
		{"what did we do this May?", everyMay},
		{"May 7", "2023-05-07 2024-05-07 2025-05-07 2026-05-07"},
		{"February 2024", "2024-02-01..2024-02-29"},
		{"february 29", "2024-02-29"}, // in the year that has it
		{"December 31, 2025", "2025-12-31"},
		{"7 de mayo de 2023", "2023-05-07"},
		{"am 7. März 2023", "2023-03-07"},
		{"im Mai 2023", "2023-05-01..2023-05-31"},
		{"le 7 février 2023", "2023-02-07"},
		{"in March 2023 or April 2023", "2023-03-01..2023-03-31 2023-04-01..2023-04-30"},
		// parts of a month
		{"last week of April 2023", "2023-04-21..2023-04-30"},
		{"the end of February 2024", "2024-02-20..2024-02-29"},
		{"early March 2023", "2023-03-01..2023-03-10"},
		{"in the first week of May 2023", "2023-05-01..2023-05-10"},
		{"mid May 2023", "2023-05-11..2023-05-20"},
		{"late May 2023", "2023-05-22..2023-05-31"},
		{"last April", "2023-04-01..2023-04-30 2024-04-01..2024-04-30 2025-04-01..2025-04-30 2026-04-01..2026-04-30"},
		{"did the last test fail in April 2023", "2023-04-01..2023-04-30"},
		// from today
		{"what did I do today", "2026-06-03"},
		{"yesterday", "2026-06-02"},
		{"gestern", "2026-06-02"},
		{"¿qué hice ayer?", "2026-06-02"},
		{"qu'est-ce que j'ai fait hier ?", "2026-06-02"},
		{"last Tuesday", "2026-06-02"},
		{"last Wednesday", "2026-05-27"}, // not today
		{"on Wednesday", "2026-06-03"},
		{"since Thursday", "2026-05-28"},
		{"last week", "2026-05-25..2026-05-31"},
		{"this week", "2026-06-01..2026-06-03"},
		{"last month", "2026-05-01..2026-05-31"},
		{"this month", "2026-06-01..2026-06-30"},
		{"3 days ago", "2026-05-31"},
		{"three days ago", "2026-05-31"},
		{"a day ago", "2026-06-02"},
		{"2 weeks ago", "2026-05-17..2026-05-23"},
		{"a month ago", "2026-04-19..2026-05-19"},
		// no dates
		{"", ""},
		{"may I use tabs", ""},
		{"it may fail", ""},
		{"this may break the build", ""},
		{"the ants march on", ""},
		{"life on mars", ""},
		{"mayo on a sandwich", ""},
		{"2026-99-99", ""},
		{"2026-13-01", ""},
		{"2026-00-10", ""},
		{"13.13.2023", ""},
		{"1234-05-06", ""},
		{"2026-02-31", ""},
		{"31 February", ""},
		{"31 April 2023", ""},
		{"port 2024", ""},
		{"the last day", ""},
		{"a Tuesday", ""},
		{"how many days ago did I meet Emma?", ""},
		{"a few weeks ago", ""},
		{"ago", ""},
		{"days ago", ""},
		{"long ago", ""},
		{"0 days ago", ""},
		{"9223372036854775807 months ago", ""},
		{"99999999999999999999 days ago", ""},
		{"Was steht hier im Code?", ""}, // German for here
	} {
		if got := days(parse(tt.query)); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.query, got, tt.want)
		}
	}
}

// TestToday: what is told from today follows the clock, over the ends of months
// and years and before 1970; without a clock it means nothing.
func TestToday(t *testing.T) {
	at := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 23, 59, 0, 0, time.UTC)
	}
	for _, tt := range []struct {
		now         time.Time
		query, want string
	}{
		{at(2026, 1, 1), "yesterday", "2025-12-31"},
		{at(2026, 1, 15), "last month", "2025-12-01..2025-12-31"},
		{at(2024, 3, 31), "last month", "2024-02-01..2024-02-29"},
		{at(2025, 1, 1), "last week", "2024-12-23..2024-12-29"}, // a Wednesday
		{at(2026, 6, 1), "last week", "2026-05-25..2026-05-31"}, // a Monday
		{at(2026, 6, 7), "last week", "2026-05-25..2026-05-31"}, // a Sunday
		{at(2026, 1, 2), "last Sunday", "2025-12-28"},
		{at(1969, 12, 28), "last week", "1969-12-15..1969-12-21"}, // a Sunday
		{at(1969, 12, 31), "yesterday", "1969-12-30"},
		{time.Time{}, "yesterday", ""},
		{time.Time{}, "last week", ""},
		{time.Time{}, "7 May 2023", "2023-05-07"},
	} {
		if got := days(ParseQuery(tt.query, tt.now)); got != tt.want {
			t.Errorf("%q at %v: %q, want %q", tt.query, tt.now, got, tt.want)
		}
	}
}

func TestDayOf(t *testing.T) {
	for _, tt := range []struct {
		at   int64
		want int
	}{{0, 0}, {dayMicros - 1, 0}, {dayMicros, 1}, {-1, -1}, {-dayMicros, -1}, {-dayMicros - 1, -2}} {
		if got := dayOf(tt.at); got != tt.want {
			t.Errorf("%d: day %d, want %d", tt.at, got, tt.want)
		}
	}
}

// TestFit: all within, e^-days/8 behind, e^-days/1.5 before a day and nothing
// before a longer stretch.
func TestFit(t *testing.T) {
	one, ten := stretchOfDays{100, 100}, stretchOfDays{100, 109}
	for _, tt := range []struct {
		s    stretchOfDays
		day  int
		want float64
	}{
		{one, 100, 1},
		{one, 101, 0.88250},
		{one, 108, 0.36788},
		{one, 99, 0.51342},
		{one, 97, 0.13534},
		{ten, 100, 1},
		{ten, 109, 1},
		{ten, 110, 0.88250},
		{ten, 117, 0.36788},
		{ten, 99, 0},
		{ten, 0, 0},
		{one, -1 << 40, 0},
		{one, 1 << 40, 0},
	} {
		if got := tt.s.fit(tt.day); math.Abs(got-tt.want) > 1e-5 {
			t.Errorf("day %d of %v: %v, want %v", tt.day, tt.s, got, tt.want)
		}
	}
}

// TestMonthOfEachYear: a date without a year is meant in each year that there are
// memories of, the latest two hundred at most.
func TestMonthOfEachYear(t *testing.T) {
	d := date{month: 5}
	for _, tt := range []struct{ first, last, want int }{{1969, 1971, 3}, {2026, 2026, 1}, {1, 2026, 201}} {
		got := d.stretches(day(tt.first, 1, 1), day(tt.last, 12, 31))
		last := time.Date(tt.last, 5, 31, 0, 0, 0, 0, time.UTC)
		if len(got) != tt.want || got[len(got)-1].to != dayOf(last.UnixMicro()) {
			t.Errorf("from %d to %d: %d stretches %v", tt.first, tt.last, len(got), got[len(got)-1])
		}
	}
}

// TestQueryOfDateAlone finds the memories of that time, the nearest first, and none
// that is far off.
func TestQueryOfDateAlone(t *testing.T) {
	x := NewIndex(1, 0)
	for i, at := range []int{day(1969, 5, 7), day(2023, 5, 6), day(2023, 5, 7), day(2023, 5, 9), day(2023, 5, 29), day(2023, 9, 1), day(2024, 5, 7)} {
		put(t, x, int64(i), note{ID: int64(i) + 1, Updated: int64(at)*dayMicros + 1, Content: fmt.Sprint("words of day ", i)})
	}
	for query, want := range map[string][]int64{
		"7 May 2023":   {3, 4, 2, 5},
		"2023-05-07":   {3, 4, 2, 5},
		"in May 2023":  {5, 4, 3, 2},
		"7 May":        {7, 3, 1, 4, 2, 5},
		"2022-05-07":   nil,
		"31 May 2023?": {5},
	} {
		hits, total := x.Search(parse(query), allKinds, 10)
		if !slices.Equal(ids(hits), want) || total != len(want) {
			t.Errorf("%q: %v of %d, want %v", query, ids(hits), total, want)
		}
	}
}

// TestDateIsNoFilter: of memories that match, the one of that time comes first,
// and the others after it.
func TestDateIsNoFilter(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Updated: int64(day(2026, 5, 12)) * dayMicros, Content: "dentist appointment"})
	put(t, x, 2, note{ID: 2, Updated: int64(day(2026, 6, 1)) * dayMicros, Content: "dentist appointment"})
	put(t, x, 3, note{ID: 3, Updated: int64(day(2026, 3, 1)) * dayMicros, Content: "dentist appointment"})
	for query, first := range map[string]int64{"dentist": 2, "dentist in May": 1, "dentist 2026-03-01": 3, "dentist yesterday": 2} {
		hits, total := x.Search(parse(query), allKinds, 10)
		if total != 3 || hits[0].ID != first {
			t.Errorf("%q: %v of %d, want %d first", query, ids(hits), total, first)
		}
	}
}
