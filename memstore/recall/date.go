package recall

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A date is a day, a month or another stretch of days that a query names. One
// without a year is that day or month of every year.
type date struct {
	year, month, day int // 0: not said
	part             int // the days of the month it is about: 1 the first third or week, 3 the last; 0: all
	from, to         int // days since 1970, for a stretch told from today
}

const (
	dayMicros = 24 * 60 * 60 * 1e6
	noDay     = -1 << 30
	farAgo    = 10_000 // days, weeks or months that nobody counts back
)

// dayOf is the day of a time in Unix microseconds, in UTC.
func dayOf(us int64) int {
	d := us / dayMicros
	if us%dayMicros < 0 {
		d--
	}
	return int(d)
}

var (
	isoDate    = regexp.MustCompile(`\b(\d{4})-(\d{1,2})(?:-(\d{1,2}))?\b`)
	dottedDate = regexp.MustCompile(`\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b`)
)

// months has the names of months, folded, in the four languages; those that are
// a common word of English otherwise ("may", "march", "mars") need a number or
// one of beforeMonth beside them.
var months = func() map[string]int { //nolint:gochecknoglobals // a table
	m := make(map[string]int)
	for i, names := range []string{
		"january jan enero januar janvier", "february feb febrero februar fevrier", "march mar marzo marz mars",
		"april apr abril avril", "may mayo mai", "june jun junio juni juin", "july jul julio juli juillet",
		"august aug agosto aout", "september sep sept septiembre septembre", "october oct octubre oktober octobre",
		"november nov noviembre novembre", "december dec diciembre dezember decembre", //nolint:misspell // French
	} {
		for name := range strings.FieldsSeq(names) {
			m[name] = i + 1
		}
	}
	return m
}()

var weekdays = map[string]time.Weekday{ //nolint:gochecknoglobals // a table
	"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6,
}

// datesOf finds the dates in a query. words are its folded words; today is a day
// since 1970, or noDay for none.
func datesOf(query string, words []string, in language, today int) []date {
	dates := writtenDates(query)
	if len(dates) == 0 {
		dates = namedDates(words)
	}
	if len(dates) == 0 && today != noDay {
		dates = relativeDates(words, in, today)
	}
	return dates
}

// writtenDates finds dates in digits.
func writtenDates(query string) (dates []date) {
	if !strings.ContainsAny(query, "0123456789") {
		return nil
	}
	for _, m := range isoDate.FindAllStringSubmatch(query, -1) {
		if d := (date{year: number(m[1]), month: number(m[2]), day: number(m[3])}); d.valid() {
			dates = append(dates, d)
		}
	}
	for _, m := range dottedDate.FindAllStringSubmatch(query, -1) {
		d := date{year: number(m[3]), month: number(m[2]), day: number(m[1])}
		if d.month > 12 { // as Americans write it
			d.month, d.day = d.day, d.month
		}
		if d.valid() {
			dates = append(dates, d)
		}
	}
	return dates
}

func (d date) valid() bool {
	return d.year >= 1900 && d.year < 2200 && d.month >= 1 && d.month <= 12 && d.day >= 0 && d.day <= 31
}

// namedDates finds months by name, each with a day and a year near it.
func namedDates(words []string) []date {
	var dates []date
	year := 0
	for _, w := range words {
		if y := number(w); len(w) == 4 && y >= 1900 && y < 2200 {
			year = y
		}
	}
	for i, w := range words {
		month := months[w]
		if month == 0 {
			continue
		}
		d := date{year: year, month: month}
		for _, j := range []int{i - 1, i + 1, i - 2} {
			if j < 0 || j >= len(words) || d.day != 0 || j == i-2 && words[i-1] != "of" && words[i-1] != "de" {
				continue
			}
			if n := dayNumber(words[j]); n > 0 {
				d.day = n
			}
		}
		d.part = partOfMonth(words[:i])
		if ambiguousMonth(w) && d.day == 0 && !introducesMonth(words, i) {
			continue
		}
		dates = append(dates, d)
	}
	return dates
}

// partOfMonth reads what stands before the name of a month: "the last week of",
// "early", "end of".
func partOfMonth(before []string) int {
	for back := 1; back <= 4 && back <= len(before); back++ {
		switch before[len(before)-back] {
		case "of", "week", "in", "the":
		case "early", "beginning", "start", "first":
			return 1
		case "mid", "middle":
			return 2
		case "late", "end", "last":
			if back == 1 && before[len(before)-1] == "last" {
				return 0 // last April
			}
			return 3
		default:
			return 0
		}
	}
	return 0
}

func ambiguousMonth(w string) bool {
	return w == "may" || w == "mayo" || w == "march" || w == "mars" || w == "mar" || w == "sep" || w == "dec"
}

func introducesMonth(words []string, i int) bool {
	if i+1 < len(words) && len(words[i+1]) == 4 && number(words[i+1]) >= 1900 {
		return true
	}
	if i == 0 {
		return false
	}
	switch words[i-1] {
	case "this": // but not "this may fail"
		return i+1 == len(words)
	case "in", "since", "during", "until", "till", "by", "before", "after", "last", "of", "early", "mid", "late", "from", "between",
		"en", "im", "seit", "depuis", "desde", "de":
		return true
	}
	return false
}

// relativeDates finds stretches told from today: yesterday, last week, three
// days ago, on Tuesday.
func relativeDates(words []string, in language, today int) []date {
	var dates []date
	add := func(from, to int) { dates = append(dates, date{from: from, to: to}) }
	now := time.Unix(int64(today)*86400, 0).UTC()
	monday := today - (int(now.Weekday())+6)%7
	month := func(back int) (from, to int) {
		first := time.Date(now.Year(), now.Month()-time.Month(back), 1, 0, 0, 0, 0, time.UTC)
		return int(first.Unix() / 86400), int(first.AddDate(0, 1, 0).Unix()/86400) - 1
	}
	for i, w := range words {
		before := ""
		if i > 0 {
			before = words[i-1]
		}
		switch w {
		case "today", "heute", "hoy":
			add(today, today)
		case "yesterday", "gestern", "ayer", "hier":
			if w != "hier" || len(words) > 1 && in != inGerman { // also German for here
				add(today-1, today-1)
			}
		case "week":
			switch before {
			case "last", "previous":
				add(monday-7, monday-1)
			case "this":
				add(monday, today)
			}
		case "month":
			switch before {
			case "last", "previous":
				add(month(1))
			case "this":
				add(month(0))
			}
		case "ago":
			if i < 2 {
				continue
			}
			if n := amount(words[i-2]); n > 0 && n < farAgo { // not "how many days ago"
				switch strings.TrimSuffix(words[i-1], "s") {
				case "day":
					add(today-n, today-n)
				case "week":
					add(today-7*n-3, today-7*n+3)
				case "month":
					add(today-30*n-15, today-30*n+15)
				}
			}
		}
		if day, ok := weekdays[w]; ok && (before == "last" || before == "on" || before == "since") {
			back := (int(now.Weekday()) - int(day) + 7) % 7
			if back == 0 && before != "on" {
				back = 7
			}
			add(today-back, today-back)
		}
	}
	return dates
}

// number reads a small decimal; 0 for anything else.
func number(s string) int {
	if s == "" || !digit(s[0]) {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// dayNumber reads a day of a month: 3, 3rd.
func dayNumber(s string) int {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		s = strings.TrimSuffix(s, suffix)
	}
	if n := number(s); n >= 1 && n <= 31 {
		return n
	}
	return 0
}

func amount(s string) int {
	for n, word := range []string{1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"} {
		if s == word {
			return n
		}
	}
	if s == "a" || s == "an" {
		return 1
	}
	return number(s)
}

// stretches gives the stretches of days that a date means, for memories from the
// first to the last of those days.
func (d date) stretches(first, last int) []stretchOfDays {
	if d.month == 0 {
		return []stretchOfDays{{d.from, d.to}}
	}
	from, to := d.year, d.year
	if d.year == 0 {
		from, to = time.Unix(int64(first)*86400, 0).UTC().Year(), time.Unix(int64(last)*86400, 0).UTC().Year()
	}
	var all []stretchOfDays
	for y := max(from, to-200); y <= to; y++ {
		day := max(d.day, 1)
		begin := time.Date(y, time.Month(d.month), day, 0, 0, 0, 0, time.UTC)
		if begin.Month() != time.Month(d.month) {
			continue // no such day that year
		}
		s := stretchOfDays{from: int(begin.Unix() / 86400)}
		s.to = s.from
		if d.day == 0 {
			s.to = int(time.Date(y, time.Month(d.month)+1, day, 0, 0, 0, 0, time.UTC).Unix()/86400) - 1
			switch d.part {
			case 1:
				s.to = s.from + 9
			case 2:
				s.from, s.to = s.from+10, s.from+19
			case 3:
				s.from = s.to - 9
			}
		}
		all = append(all, s)
	}
	return all
}

// stretchOfDays is from one day since 1970 to another, both included.
type stretchOfDays struct{ from, to int }
