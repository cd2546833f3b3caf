package transfer

// remainder counts what a source leaves aside. It implements Remainder.
type remainder struct{ left []Left }

// aside counts one thing more.
func (r *remainder) aside(one, many string) {
	for i := range r.left {
		if r.left[i].One == one {
			r.left[i].N++
			return
		}
	}
	r.left = append(r.left, Left{N: 1, One: one, Many: many})
}

// Left implements Remainder.
func (r *remainder) Left() []Left { return r.left }
