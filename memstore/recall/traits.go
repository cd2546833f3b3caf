package recall

import "strings"

// traits are what the manner of a memory's text says about it. They are known
// for English and, in a few words, for Spanish, German and French.
type traits uint8

const (
	asking      traits = 1 << iota // ends with a question mark
	firstPerson                    // the writer speaks of himself
	standing                       // an instruction for all times: "Always …"
	preferring                     // says what somebody would rather have
	counting                       // has a number
	dated                          // has a word of time
	naming                         // has a capitalised word within a sentence
	namingMore                     // has several
)

// instructs reports whether a memory tells its reader what to do, for good: as a
// person's wish, and not as the rule of a thing ("Never call this twice").
func (t traits) instructs() bool { return t&standing != 0 && t&firstPerson != 0 }

// endsAsking reports whether the text's last sign is a question mark.
func endsAsking(text string) bool {
	text = strings.TrimRight(text, " \t\r\n\"'”»)]*_`")
	return strings.HasSuffix(text, "?") || strings.HasSuffix(text, "？")
}

// A manner watches the words of a text go by.
type manner struct {
	on    bool
	found traits
	n     int       // words so far
	last  [3]string // the latest words, the newest first
}

// word takes the next word, or a part of the last one: the i of I'd, which has
// come whole.
func (m *manner) word(w string, part bool) {
	if part {
		if w == "i" {
			m.found |= firstPerson
		}
		return
	}
	if w == "t" && strings.HasSuffix(m.last[0], "nt") { // the rest of don't, which has come whole
		return
	}
	m.last[2], m.last[1], m.last[0] = m.last[1], m.last[0], w
	m.n++
	switch w {
	case "i", "im", "ive", "me", "mine", "my", "our", "ours", "us", "we":
		m.found |= firstPerson
	}
	if timeWord(w) {
		m.found |= dated
	}
	if numberWord(w) {
		m.found |= counting
	}
	if m.n <= 3 && m.instructs() {
		m.found |= standing
	}
	if m.prefers() {
		m.found |= preferring
	}
}

// instructs reports whether a text that begins with these words is a standing
// instruction.
func (m *manner) instructs() bool {
	w, before := m.last[0], m.last[1]
	switch m.n {
	case 1:
		switch w {
		case "always", "never", "dont", "siempre", "nunca", "immer", "niemals", "toujours", "jamais":
			return true
		}
	case 2:
		switch before + " " + w {
		case "please always", "please never", "remember to", "remember that", "make sure", "do not", "ab jetzt", "ab sofort":
			return true
		}
	case 3:
		switch m.last[2] + " " + before + " " + w {
		case "from now on", "de ahora en", "a partir de", "à partir de":
			return true
		}
	}
	return false
}

func (m *manner) prefers() bool {
	w, before := m.last[0], m.last[1]
	if strings.HasPrefix(w, "prefer") && before != "do" || w == "prefiero" || w == "bevorzuge" {
		return true
	}
	switch before {
	case "rather":
		return w == "than"
	case "instead":
		return w == "of"
	case "i":
		return w == "always" || w == "usually"
	case "dont", "not", "never":
		if w == "want" || w == "like" || w == "use" {
			return m.last[2] == "i" || m.last[2] == "do"
		}
	}
	return false
}

// timeWord reports whether a folded word tells when.
func timeWord(w string) bool {
	switch w {
	case "ago", "am", "pm", "anniversary", "birthday", "christmas", "day", "days", "evening", "friday", "halloween", "last", "later", "monday",
		"month", "months", "morning", "next", "night", "recently", "saturday", "since", "soon", "sunday", "thanksgiving", "thursday", "today",
		"tomorrow", "tonight", "tuesday", "wednesday", "week", "weekend", "weeks", "year", "years", "yesterday", "spring", "summer", "autumn", "fall", "winter", "may", "march":
		return true
	}
	return months[w] != 0
}

// numberWord reports whether a folded word is a number.
func numberWord(w string) bool {
	if digit(w[0]) {
		return true
	}
	switch w {
	case "both", "couple", "dozen", "eight", "eleven", "few", "first", "five", "four", "half", "hundred", "million", "nine", "once", "one",
		"second", "seven", "several", "six", "ten", "third", "thousand", "three", "twelve", "twice", "two":
		return true
	}
	return false
}

// namesWithin reports whether words within a sentence begin with a capital, as
// names do: one such word, or several.
func namesWithin(text, title string) (t traits) {
	first, count := true, 0
	seen := ""
	for w := range strings.FieldsSeq(text) {
		word := strings.TrimLeft(w, "\"'(*_[`")
		if word == "" {
			continue
		}
		if c := word[0]; upper(c) && !first && len(word) > 1 {
			word = strings.TrimRight(word, ".,;:!?)\"'*_]`")
			if word != seen && word != title && !inEnglish.stopWord([]byte(strings.ToLower(word))) && !strings.HasPrefix(word, "I'") {
				seen = word
				count++
			}
		}
		end := w[len(w)-1]
		first = end == '.' || end == '!' || end == '?' || end == ':'
	}
	if count > 0 {
		t |= naming
	}
	if count > 1 {
		t |= namingMore
	}
	return t
}
