package identity

import (
	"fmt"
	"io"
	"math/big"
	"strings"
)

// alphabet is the digits of base 62, in math/big's order: letters and digits
// only, so that a double click takes a whole key.
const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// isBase62 says that c is a digit of base 62.
func isBase62(c byte) bool { return strings.IndexByte(alphabet, c) >= 0 }

// base62Number writes bytes as one number of width digits. Different bytes give
// different texts, so all their randomness is in it.
func base62Number(b []byte, width int) string {
	digits := new(big.Int).SetBytes(b).Text(len(alphabet))
	return strings.Repeat(alphabet[:1], width-len(digits)) + digits
}

// randomBase62 draws n digits, each as likely as every other: bytes past the
// last multiple of 62 are drawn again, because a plain remainder would prefer
// the first digits.
func randomBase62(random io.Reader, n int) (string, error) {
	const fair = 256 - 256%len(alphabet)
	digits := make([]byte, 0, n)
	var one [1]byte
	for len(digits) < n {
		if _, err := io.ReadFull(random, one[:]); err != nil {
			return "", fmt.Errorf("draw random digits: %w", err)
		}
		if int(one[0]) < fair {
			digits = append(digits, alphabet[int(one[0])%len(alphabet)])
		}
	}
	return string(digits), nil
}
