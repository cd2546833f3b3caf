package privacy

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

func someText(t *testing.T) Text {
	t.Helper()
	text, _, err := New().Redact(Field{Name: "content"}, "  "+canary+" é")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTextSizes(t *testing.T) {
	text := someText(t)
	if text.String() != canary+" é" || text.Bytes() != len(canary)+3 || text.Chars() != len(canary)+2 || text.IsZero() {
		t.Errorf("%q: %d bytes, %d characters, zero %v", text.String(), text.Bytes(), text.Chars(), text.IsZero())
	}
	if zero := (Text{}); zero.String() != "" || zero.Bytes() != 0 || zero.Chars() != 0 || !zero.IsZero() {
		t.Error("the zero Text is not empty")
	}
}

func TestTextLeaksNothing(t *testing.T) {
	type holder struct {
		T Text
		P *Text
		S []Text
		M map[string]Text
	}
	text := someText(t)
	held := holder{text, &text, []Text{text}, map[string]Text{"k": text}}
	extra := "one argument too many\n" // not a constant, or vet would object
	var out bytes.Buffer
	for _, v := range []any{text, &text, held, &held} {
		for verb := range strings.SplitSeq("%v %+v %#v %s %q %x %X %d %t %10s %-40v %.3s %U %o", " ") {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		fmt.Fprintln(&out, v, fmt.Errorf("wrapped: %v", v))
		fmt.Fprintf(&out, extra, v)
		for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(h).With("with", v).WithGroup("g").Info("message", "text", v, slog.Group("h", "text", v))
		}
		if b, err := json.Marshal(v); err == nil {
			t.Errorf("json.Marshal(%T) gives %s", v, b)
		} else {
			fmt.Fprintln(&out, err)
		}
		if b, err := xml.Marshal(v); err == nil {
			t.Errorf("xml.Marshal(%T) gives %s", v, b)
		} else {
			fmt.Fprintln(&out, err)
		}
		fmt.Fprintln(&out, gob.NewEncoder(&out).Encode(v))
	}
	fmt.Fprintln(&out, text.GoString(), text.LogValue())
	if i := strings.Index(out.String(), canary); i >= 0 {
		t.Errorf("the text is in …%s…", out.String()[max(0, i-200):i+len(canary)])
	}
	if size := fmt.Sprintf("[%d bytes]", text.Bytes()); fmt.Sprint(text) != size || text.LogValue().String() != size {
		t.Errorf("got %v and %v, want %s", text, text.LogValue(), size)
	}
}

// A Text that could be filled from outside would be no proof of anything.
func TestTextHasOneMaker(t *testing.T) {
	p := reflect.TypeFor[*Text]()
	for _, i := range []reflect.Type{
		reflect.TypeFor[json.Unmarshaler](), reflect.TypeFor[encoding.TextUnmarshaler](), reflect.TypeFor[encoding.BinaryUnmarshaler](),
		reflect.TypeFor[gob.GobDecoder](), reflect.TypeFor[xml.Unmarshaler](), reflect.TypeFor[sql.Scanner](), reflect.TypeFor[fmt.Scanner](),
		reflect.TypeFor[driver.Valuer](),
	} {
		if p.Implements(i) {
			t.Errorf("*Text is a %v", i)
		}
	}
	if p.Elem().NumField() != 1 || p.Elem().Field(0).IsExported() {
		t.Error("Text has another field, or an exported one")
	}
	for m := range p.Methods() {
		if _, onValue := p.Elem().MethodByName(m.Name); !onValue {
			t.Errorf("%s has a pointer receiver and could change a Text", m.Name)
		}
	}
	var text Text
	if err := json.Unmarshal([]byte(`{"s":"`+canary+`","S":"`+canary+`"}`), &text); err != nil || !text.IsZero() {
		t.Errorf("json made a Text of %d bytes, error %v", text.Bytes(), err)
	}
	if err := json.Unmarshal([]byte(`"`+canary+`"`), &text); err == nil || !text.IsZero() {
		t.Errorf("json made a Text of %d bytes, error %v", text.Bytes(), err)
	}
}
