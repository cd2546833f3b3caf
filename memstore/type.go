package memstore

import "strings"

// Type says what kind of memory a memory is. The zero value is no type.
type Type uint8

// The types, most lasting first. Summary is reserved: only ending or
// summarising a session, auto-close and import write it.
const (
	Profile Type = iota + 1
	Preference
	Decision
	Pattern
	Discovery
	Summary
)

// AllTypes holds every type in order of priority.
const AllTypes = TypeSet(1<<Profile | 1<<Preference | 1<<Decision | 1<<Pattern | 1<<Discovery | 1<<Summary)

// TypeSet is a set of types, one bit each.
type TypeSet uint16

// Has reports whether t is in the set.
func (s TypeSet) Has(t Type) bool { return s&(1<<t) != 0 }

// With gives the set with t added.
func (s TypeSet) With(t Type) TypeSet { return s | 1<<t }

// Types lists the set's members in order of priority.
func (s TypeSet) Types() []Type {
	var ts []Type
	for t := Profile; t <= Summary; t++ {
		if s.Has(t) {
			ts = append(ts, t)
		}
	}
	return ts
}

// TypeNames are the names of all types, by order of priority.
func TypeNames() []string {
	names := make([]string, 0, int(Summary))
	for _, t := range AllTypes.Types() {
		names = append(names, t.String())
	}
	return names
}

// String gives the type's public name, "" for none.
func (t Type) String() string {
	switch t {
	case Profile:
		return "profile"
	case Preference:
		return "preference"
	case Decision:
		return "decision"
	case Pattern:
		return "pattern"
	case Discovery:
		return "discovery"
	case Summary:
		return "summary"
	}
	return ""
}

// Priority weighs a type in the context score: 1 for profile down to .4 for
// summary.
func (t Type) Priority() float64 {
	switch t {
	case Profile:
		return 1
	case Preference:
		return .9
	case Decision:
		return .7
	case Pattern:
		return .6
	case Discovery:
		return .5
	case Summary:
		return .4
	}
	return 0
}

// ParseType gives the type of that exact name. The error lists the legal names
// and does not repeat what was given.
func ParseType(name string) (Type, error) {
	for t := Profile; t <= Summary; t++ {
		if t.String() == name {
			return t, nil
		}
	}
	return 0, invalid("type is not one of %s", strings.Join(TypeNames(), ", "))
}
