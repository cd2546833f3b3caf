package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// refusal is an error of ours about a call, written for people. It never holds
// anything that the client sent.
type refusal string

// Error gives the text.
func (r refusal) Error() string { return string(r) }

func refuse(format string, args ...any) error { return refusal(fmt.Sprintf(format, args...)) }

// maxID is the largest id, 2^53 − 1: the largest integer that every JSON reader
// keeps exactly.
const maxID = 1<<53 - 1

// argument is one field of an input struct: what the decoder holds a client to,
// read from the same tags as the schema.
type argument struct {
	name     string
	index    int
	required bool
	kind     reflect.Kind // String, Int64 or Slice (of strings)
	min, max int64        // of an Int64
}

// argumentsOf reads the arguments of an input struct. Its fields are strings,
// integers, pointers to them where the argument is optional, or lists of strings.
func argumentsOf(t reflect.Type) []argument {
	out := make([]argument, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		a := argument{name: name, index: i, required: option == "", max: maxID}
		ft := f.Type
		if ft.Kind() == reflect.Pointer {
			ft = ft.Elem()
		}
		a.kind = ft.Kind()
		for tag := range strings.SplitSeq(f.Tag.Get("jsonschema"), ",") {
			key, value, _ := strings.Cut(tag, "=")
			n, err := strconv.ParseInt(value, 10, 64)
			switch {
			case err != nil:
			case key == "minimum":
				a.min = n
			case key == "maximum":
				a.max = n
			}
		}
		out = append(out, a)
	}
	return out
}

// decode fills the struct into from the raw arguments of a call. It is strict
// where encoding/json is not: names are compared exactly, a name given twice is
// refused, and so is every unknown name.
func decode(raw []byte, legal []argument, into reflect.Value) error {
	given, err := members(raw, legal)
	if err != nil {
		return err
	}
	for _, a := range legal {
		value, ok := given[a.name]
		if !ok || string(value) == "null" { // hosts send null for what they leave out
			if a.required {
				return refuse("%s is missing. %s", a.name, legalNames(legal))
			}
			continue
		}
		if err := a.set(into.Field(a.index), value); err != nil {
			return err
		}
	}
	return nil
}

// members splits a JSON object into its members.
func members(raw []byte, legal []argument) (map[string]json.RawMessage, error) {
	if raw = bytes.TrimSpace(raw); len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, refuse("the arguments must be a JSON object. %s", legalNames(legal))
	}
	given := make(map[string]json.RawMessage, len(legal))
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, refuse("the arguments are not valid JSON")
		}
		if !known(legal, name) {
			return nil, refuse("there is an argument that this does not have. %s", legalNames(legal))
		}
		if _, twice := given[name]; twice {
			return nil, refuse("%s is given twice; give each argument once", name)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, refuse("the arguments are not valid JSON")
		}
		given[name] = value
	}
	return given, nil
}

func known(legal []argument, name string) bool {
	for _, a := range legal {
		if a.name == name {
			return true
		}
	}
	return false
}

func legalNames(legal []argument) string {
	if len(legal) == 0 {
		return "It takes no arguments."
	}
	names := make([]string, len(legal))
	for i, a := range legal {
		names[i] = a.name
		if !a.required {
			names[i] += " (optional)"
		}
	}
	return "The arguments, spelled exactly so: " + strings.Join(names, ", ") + "."
}

// set decodes one value into its field.
func (a argument) set(field reflect.Value, raw json.RawMessage) error {
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	if a.kind == reflect.String {
		s, ok := text(raw)
		if !ok {
			return refuse("%s must be a string", a.name)
		}
		field.SetString(s)
		return nil
	}
	if a.kind == reflect.Slice {
		return a.setList(field, raw)
	}
	n, ok := integer(raw)
	if !ok || n < a.min || n > a.max {
		return refuse("%s must be an integer from %d to %d", a.name, a.min, a.max)
	}
	field.SetInt(n)
	return nil
}

func (a argument) setList(field reflect.Value, raw json.RawMessage) error {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return refuse("%s must be a list of strings", a.name)
	}
	field.Set(reflect.MakeSlice(field.Type(), len(items), len(items)))
	for i, item := range items {
		s, ok := text(item)
		if !ok {
			return refuse("%s must be a list of strings", a.name)
		}
		field.Index(i).SetString(s)
	}
	return nil
}

func text(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	var s string
	return s, json.Unmarshal(raw, &s) == nil
}

// integer reads a JSON number without a fraction. JSON has one kind of number,
// so 10, 10.0 and 1e1 are the same integer; JSON Schema says so too. What a
// float64 could have rounded is out of range.
func integer(raw json.RawMessage) (int64, bool) {
	s := string(raw)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != float64(int64(f)) || f < -maxID || f > maxID {
		return 0, false
	}
	return int64(f), true
}
