package connect

import "bytes"

// members calls f for the members of a JSON object, in order, until f says
// stop. obj must be a valid JSON object: nothing is checked here. Names and
// values are given as they are written, quotes and escapes included.
//
// The standard library has no such thing: decoding into a struct ignores the
// case of names and hides duplicates, and mcp-go, which does that, would then
// understand another message than the one that was checked.
func members(obj []byte, f func(name, value []byte) bool) {
	for i := 1; ; i++ {
		i = skipSpace(obj, i)
		if obj[i] == '}' {
			return
		}
		end := skipString(obj, i)
		name := obj[i:end]
		i = skipSpace(obj, skipSpace(obj, end)+1)
		end = skipValue(obj, i)
		if !f(name, obj[i:end]) {
			return
		}
		if i = skipSpace(obj, end); obj[i] != ',' {
			return
		}
	}
}

func skipSpace(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r' {
		i++
	}
	return i
}

// skipString gives the place behind the string that begins at i.
func skipString(b []byte, i int) int {
	for i++; ; i++ {
		i += bytes.IndexByte(b[i:], '"')
		back := 0
		for b[i-1-back] == '\\' {
			back++
		}
		if back%2 == 0 {
			return i + 1
		}
	}
}

// skipValue gives the place behind the value that begins at i.
func skipValue(b []byte, i int) int {
	if b[i] == '"' {
		return skipString(b, i)
	}
	if b[i] != '{' && b[i] != '[' {
		for i < len(b) && bytes.IndexByte([]byte(" \t\r\n,]}"), b[i]) < 0 {
			i++
		}
		return i
	}
	for depth := 0; ; i++ {
		switch b[i] {
		case '"':
			i = skipString(b, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
}
