package privacy

// KindPrivate is the kind under which tagged regions are counted.
const KindPrivate = "private"

// Report counts, by kind, what was taken out of a text. It says how often,
// never what.
type Report map[string]int

// Add counts everything in other into r, which must not be nil when there is
// something to add. Every Report a [Redactor] returns can be added to.
func (r Report) Add(other Report) {
	for kind, n := range other {
		r[kind] += n
	}
}

// Total returns how many things were taken out, of all kinds together.
func (r Report) Total() int {
	total := 0
	for _, n := range r {
		total += n
	}
	return total
}
