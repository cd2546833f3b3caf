package secrets

// class is a set of ASCII characters.
type class [128]bool

func classOf(ranges ...string) (c class) {
	for _, r := range ranges {
		for b := r[0]; b <= r[len(r)-1]; b++ {
			c[b] = true
		}
	}
	return c
}

func (c *class) has(b byte) bool { return b < 128 && c[b] }

// run is the end of the characters of c that begin at a place, at most most.
func (c *class) run(text string, at, most int) int {
	end := min(len(text), at+most)
	for at < end && c.has(text[at]) {
		at++
	}
	return at
}

// The classes of a token's form, by the letter that stands for each in forms.
var (
	alnum  = classOf("09", "AZ", "az")
	word   = classOf("09", "AZ", "az", "_")
	b64url = classOf("09", "AZ", "az", "_", "-")

	classes = map[byte]*class{
		'a': &alnum,
		'w': &word,
		'b': &b64url,
		'd': new(classOf("09")),
		'h': new(classOf("09", "af")),
		'H': new(classOf("09", "AF", "af")),
		'l': new(classOf("09", "az")),
		'u': new(classOf("09", "AZ")),
		'2': new(classOf("AZ", "27")),
		'B': new(classOf("09", "AZ", "az", "+", "/", "=")),
		'.': new(classOf("09", "AZ", "az", "_", "-", ".", "=")),
		'*': new(classOf("09", "AZ", "az", "+", "/", "=", "_", "-", ".")),
		'x': new(classOf("Q", "P", "Z", "R", "Y", "9", "X", "8", "G", "F", "2", "T", "V", "D", "W", "0", "S", "3", "J", "N", "5",
			"4", "K", "H", "C", "E", "6", "M", "U", "A", "7", "L")), // bech32, as age writes it
	}
)
