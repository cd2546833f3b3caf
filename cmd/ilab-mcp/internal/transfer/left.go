package transfer

// remainder counts what a source leaves aside. It implements Remainder.
type remainder struct{ left []Left }

// aside counts n things.
func (r *remainder) aside(n int, one, many string) {
	for i := range r.left {
		if r.left[i].One == one {
			r.left[i].N += n
			return
		}
	}
	r.left = append(r.left, Left{N: n, One: one, Many: many})
}

// Left implements Remainder.
func (r *remainder) Left() []Left { return r.left }
