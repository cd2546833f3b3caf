package secrets

import (
	"slices"
	"strings"
)

// named is what a name promises of its value.
type named int

const (
	nothing  named = iota
	weak           // a password, or many other things
	password       // people choose them
	phrase         // likewise, and they may be words
	token          // machines make them
	sealed         // likewise; in a URL
	header         // of HTTP, with a scheme before the value
)

// reach is how long a name is looked at, in bytes.
const reach = 48

// passwords, tokens and so on are what names of secrets end in, in lower case and
// without what stands between words.
var (
	passwords = []string{
		"password", "passwd", "requirepass", "masterauth", "identified", "storepass", "keypass", "passwort", "kennwort", "pwd", "contraseña", "senha", "passcode", "passinpass", "passoutpass", "dbpw", "dbpass", "smtppass", "rootpass", "userpass", "adminpass", "mysqlpass", "pgpass", "redispass", "ftppass", "mailpass", "imappass", "hasło", "wachtwoord", "parola", "şifre", "lösenord", "adgangskode", "heslo", "motdepasse", "пароль", "Пароль", "密码", "密碼",
		"口令", "パスワード", "비밀번호",
	}
	phrases = []string{"passphrase", "recoveryphrase"}
	tokens  = []string{
		"secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "encryptionkey", "signingkey", "masterkey", "accountkey",
		"sharedkey", "sharedaccesskey", "licensekey", "licencekey", "authkey", "apisecret", "appkey", "applicationkey", "integrationkey",
		"deploykey", "accesstoken", "bearer", "credential", "credentials", "creds", "apitoken", "securitykey", "sessionkey", "storagekey",
		"adminkey", "servicekey", "restkey", "writekey", "ingestkey", "insertkey", "hmackey", "webhookkey", "consumerkey", "clientkey",
		"userkey", "xapikey", "functionkey", "hostkey", "subscriptionkey", "globalkey", "globalapikey", "apischlüssel", "токен", "密钥", "密鑰", "令牌", "トークン",
		"apikeysecret", "keysecret", "servicerolekey", "anonkey", "unsealkey", "secretkeybase", "gitlabsession", "Токен", "jwtkey", "aeskey", "fernetkey", "cookiekey", "cipherkey", "clientkeydata", "tlskey", "useridsalt", "presharedkey",
	}
	inURLs = []string{"sig", "xamzsignature", "xgoogsignature", "appid", "code", "signature"}
	// services tell that "key" is one of theirs.
	services = []string{
		"adafruit", "algolia", "anthropic", "asana", "atlassian", "aws", "azure", "binance", "bitbucket", "bittrex", "cloudflare", "codecov",
		"cohere", "coinbase", "confluent", "contentful", "datadog", "ddog", "deepgram", "deepl", "digitalocean", "discord", "droneci", "dropbox",
		"elevenlabs", "etsy", "facebook", "fastly", "firebase", "flickr", "freshbooks", "gcp", "gemini", "github", "gitlab", "google", "grafana",
		"heroku", "honeycomb", "hubspot", "intercom", "jfrog", "klaviyo", "kraken", "kucoin", "launchdarkly", "linear", "linkedin", "mailchimp",
		"mailgun", "mandrill", "mapbox", "mattermost", "messagebird", "mistral", "netlify", "newrelic", "okta", "openai", "openweather",
		"pagerduty", "paypal", "pinecone", "plaid", "postmark", "pusher", "rapidapi", "segment", "sendbird", "sendgrid", "sentry", "shopify",
		"slack", "snyk", "splunk", "square", "stripe", "supabase", "telegram", "travis", "trello", "twilio", "twitch", "twitter", "vercel",
		"yandex", "zendesk", "zoom", "maps", "weather",
	}
	serviceNames = needlesOf(services...)
	// harmless are names that end like those of secrets.
	harmless = []string{
		"publickey", "primarykey", "foreignkey", "cachekey", "partitionkey", "sortkey", "hashkey", "idempotencykey", "idempotencytoken",
		"publishablekey", "publictoken", "publickeytoken", "csrftoken", "nexttoken", "pagetoken", "nextpagetoken", "continuationtoken", "synctoken", "cursortoken",
		"canceltoken", "cancellationtoken", "requesttoken", "clientrequesttoken", "clienttoken", "nonsecret", "sitekey", "hotkey", "monkey", "turkey",
		"stoptoken", "eostoken", "bostoken", "padtoken", "unktoken", "septoken", "clstoken", "masktoken", "designtoken", "onesecret",
		"uniquekey", "compositekey", "naturalkey", "translationkey", "i18nkey", "messagekey", "objectkey", "s3key", "routingkey", "shardkey",
		"topickey", "sshpublickey", "deduplicationtoken", "lasttoken", "firsttoken", "gpgsigningkey", "pgpsigningkey", "gpgkey", "pgpkey",
	}
	// behind are words that stand between a name and its value, or tell of which
	// place it is.
	behind = []string{
		"is", "was", "ist", "lautet", "es", "est", "value", "wert", "valor", "prod", "production", "staging", "stage", "dev", "test", "live", "new", "old", "tmp", "base64",
		"b64", "hex", "string", "default", "raw",
	}
)

// ending is how a name of a secret, or of something harmless, ends.
type ending struct {
	text     string
	what     named
	harmless bool
}

// endings are all of them by their last three bytes.
var endings = func() map[[3]byte][]ending {
	m := map[[3]byte][]ending{}
	for _, list := range []struct {
		what  named
		texts []string
	}{{password, passwords}, {phrase, phrases}, {token, tokens}, {nothing, harmless}} {
		for _, text := range list.texts {
			for _, text := range []string{text, text + "s"} {
				k := [3]byte([]byte(text[len(text)-3:]))
				m[k] = append(m[k], ending{text, list.what, list.what == nothing})
			}
		}
	}
	return m
}()

// nameEnds tells what the name that ends here promises, by its last words.
func nameEnds(text string, query bool) named {
	from := max(0, len(text)-reach)
	for i := len(text) - 1; i >= from; i-- {
		if c := text[i]; c < 0x80 && !word.has(c) && c != '-' && c != '.' && c != ' ' {
			from = i + 1
			break
		}
	}
	var folded [reach]byte // the last words in lower case, without what stands between
	name := trimName(text[from:])
	for {
		n := foldInto(&folded, name)
		if n == 0 {
			return nothing
		}
		last := lastWord(name)
		switch strings.ToLower(last) { // as words of their own: others end so too
		case "pw", "psk":
			return password
		case "pass", "pat":
			if before := name[:len(name)-len(last)]; !strings.HasSuffix(before, " ") || strings.TrimSpace(before) == "" { // not "the second pass"
				return weak
			}
		}
		if what := promise(string(folded[:n]), query); what != nothing {
			return what
		}
		if len(last) == len(name) || !slices.ContainsFunc(behind, func(w string) bool { return strings.EqualFold(w, last) }) {
			return nothing
		}
		name = trimName(name[:len(name)-len(last)])
	}
}

func trimName(s string) string { return strings.TrimRight(s, "0123456789_-. ") }

func lastWord(s string) string { return s[strings.LastIndexAny(s, "_-. ")+1:] }

// foldInto writes a name in lower case without what stands between its words.
func foldInto(to *[reach]byte, name string) (n int) {
	for i := range len(name) {
		switch c := name[i]; {
		case c == '_' || c == '-' || c == '.' || c == ' ':
		case c >= 'A' && c <= 'Z':
			to[n] = c + 'a' - 'A'
			n++
		default:
			to[n] = c
			n++
		}
	}
	return n
}

// promise tells what a folded name promises.
func promise(folded string, query bool) (what named) {
	if len(folded) < 3 {
		return nothing
	}
	for _, e := range endings[[3]byte([]byte(folded[len(folded)-3:]))] {
		if strings.HasSuffix(folded, e.text) {
			if e.harmless {
				return nothing
			}
			what = max(what, e.what)
		}
	}
	switch {
	case what != nothing:
	case query && slices.Contains(inURLs, folded):
		return sealed
	case folded == "auth":
		return token
	case folded == "authorization", folded == "proxyauthorization":
		return header
	case strings.HasSuffix(folded, "key") && serviceNames.in(folded):
		return token
	}
	return what
}
