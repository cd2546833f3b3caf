package transfer

import (
	"path"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
)

// fileNames makes names of files that are good on every system: no characters
// that mean something somewhere, none of the names that Windows keeps for
// devices (the date in front sees to that), none too long, and no two that some
// system takes for the same.
type fileNames map[string]bool

// nameChars is how many characters of a title go into a name. A name may have 255
// bytes, and a character up to four.
const nameChars = 48

// of gives the name of a file in a folder, by day and title.
func (f fileNames) of(folder, day, title string) string {
	base := day + "-" + slug(title)
	name := path.Join(folder, base+".md")
	for n := 2; f[folded(name)]; n++ {
		name = path.Join(folder, base+"-"+strconv.Itoa(n)+".md")
	}
	f[folded(name)] = true
	return name
}

// folded gives what names have in common that differ in letter case alone, by
// the rules of any system.
func folded(name string) string { return cases.Fold().String(strings.ToUpper(name)) }

// slug keeps the letters and digits of a title, with - for what is between them.
func slug(title string) string {
	var b strings.Builder
	n := 0
	gap := false
	for _, r := range strings.ToLower(title) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && (n == 0 || gap || !unicode.IsMark(r)) {
			gap = n > 0
			continue
		}
		if n >= nameChars {
			break
		}
		if gap {
			b.WriteByte('-')
			gap = false
		}
		b.WriteRune(r)
		n++
	}
	if n == 0 {
		return "untitled"
	}
	return b.String()
}
