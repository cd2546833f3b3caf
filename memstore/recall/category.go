package recall

import (
	"strings"
	"sync"
)

// A question often asks for a kind of thing ("which database …?") where the
// memory names the thing itself ("we settled on PostgreSQL"). Each line is a word
// for a kind, with its near synonyms, and after the colon things of that kind.
// Common knowledge about the world and about software; no list of a product's
// names can be complete, and none needs to be.
const categoryLines = `
	database databases db: postgres postgresql mysql mariadb sqlite mongodb redis cassandra dynamodb cockroachdb clickhouse oracle duckdb bigquery snowflake elasticsearch
	cache caches caching: redis memcached varnish lru ttl cdn
	queue queues broker: kafka rabbitmq sqs nats redis pubsub celery sidekiq
	language languages: python go golang rust java javascript typescript ruby kotlin swift php c++ c# scala haskell elixir english spanish french german italian chinese japanese portuguese russian korean arabic
	framework frameworks library libraries: react vue angular svelte django flask rails spring express fastapi nextjs laravel jquery tailwind bootstrap pytorch tensorflow numpy pandas
	editor editors ide: vim neovim vscode emacs intellij pycharm goland sublime zed cursor xcode
	cloud hosting host provider: aws azure gcp heroku hetzner digitalocean vercel netlify cloudflare fly linode ovh
	os system: linux windows macos ubuntu debian fedora android ios alpine
	container containers orchestration: docker kubernetes podman helm compose k8s
	browser browsers: chrome firefox safari edge webkit chromium playwright
	test tests testing: pytest jest playwright cypress selenium vitest junit testify mocha
	ci pipeline: github gitlab jenkins circleci buildkite travis
	auth authentication authorization login: oauth oidc jwt token session password saml sso cookie mfa 2fa passkey
	monitoring observability: prometheus grafana sentry datadog opentelemetry loki jaeger newrelic alert
	format formats serialization: json yaml toml xml protobuf csv parquet msgpack avro
	protocol protocols api: http grpc rest graphql websocket mqtt tcp udp smtp
	encryption crypto hash: aes rsa sha256 bcrypt argon2 tls ssl age gpg md5
	license licence: mit apache gpl bsd mpl agpl
	id ids identifier identifiers key keys: uuid ulid guid serial bigserial autoincrement snowflake
	mail mails email emails message: mail email smtp imap mailgun postmark sendgrid ses newsletter
	payment payments pay checkout billing: stripe paypal mollie adyen invoice refund card sepa
	refund refunds reimbursement: refund cancel money
	notification notifications notify: push webhook email sms alert reminder
	outage incident incidents downtime down crash crashed: outage incident crash stopped failed postmortem rollback
	bug bugs error errors problem problems issue issues failure fault: error exception panic crash failed wrong broken fix fixed bug
	permission permissions allowed access rights role roles: permission policy role acl rbac admin grant authorize
	timeout timeouts deadline: timeout seconds expire deadline cancel
	backup backups restore: backup restore dump snapshot pgbackrest restic borg recovery
	deploy deployment deployments release releases rollout ship: deploy release rollout rollback canary staging production tag
	flaky unstable intermittent: flaky retry race timeout random
	slow performance latency fast speed: slow latency cache index profile milliseconds benchmark optimize
	log logs logging: slog zap logrus logger syslog stdout trace
	secret secrets credential credentials password: vault token key env password sops
	storage upload uploads file files: s3 minio bucket blob disk
	translation translations i18n localization locale: translation locale i18n lingui gettext crowdin
	accessibility a11y: aria contrast keyboard wcag screenreader
	style styling css: tailwind css sass theme tokens
	search engine: elasticsearch meilisearch typesense algolia lucene solr opensearch
	migration migrations schema: goose flyway alembic liquibase migrate prisma
	mobile app: ios android expo flutter reactnative swift kotlin
	proxy gateway loadbalancer: nginx caddy traefik haproxy envoy
	validation validate: zod joi pydantic yup schema
	dependency dependencies package packages: npm pip cargo gomod renovate dependabot
	lint linter formatter formatting: eslint prettier golangci gofmt ruff black biome
	device devices gadget gadgets: phone laptop tablet ipad iphone computer camera headphones watch macbook kindle console
	sport sports athletic athletics: football soccer basketball tennis baseball volleyball hockey golf swimming running cycling skiing surfing skateboarding climbing rugby cricket badminton boxing yoga gymnastics marathon snowboarding karate
	exercise workout workouts fitness: gym running yoga swimming cycling jogging pilates weights hiking treadmill stretching boxing cardio hike
	hobby hobbies interest interests activity activities leisure pastime: painting reading hiking gardening cooking photography pottery knitting fishing camping dancing drawing chess gaming baking running swimming singing writing yoga biking surfing climbing
	pet pets animal animals: dog cat puppy kitten bird fish hamster rabbit turtle horse parrot snake lizard goldfish guinea
	instrument instruments: guitar piano violin drums flute clarinet saxophone cello trumpet ukulele keyboard bass harp
	music musical genre genres: jazz rock pop classical blues rap country metal folk reggae techno guitar piano song band concert album
	musician musicians artist artists band bands: singer concert album song guitarist drummer painter
	art arts artwork artistic: painting drawing sculpture pottery sketch watercolor photography canvas mural
	food foods meal meals dish dishes cuisine cuisines recipe recipes eat: pizza pasta salad soup sushi rice chicken bread curry tacos burger sandwich noodles steak cake dessert breakfast lunch dinner vegan vegetarian seafood dumplings
	dessert desserts sweet sweets: cake cookies chocolate pie brownies icecream cupcake pudding tart pastry
	drink drinks beverage beverages: coffee tea beer wine juice water cocktail soda smoothie latte espresso lemonade
	fruit fruits: apple banana orange strawberry mango grape peach lemon blueberry pineapple cherry
	vegetable vegetables: carrot potato tomato broccoli spinach onion pepper cucumber lettuce kale zucchini
	flower flowers plant plants: rose tulip sunflower daisy lily orchid cactus fern basil succulent garden
	color colors colour colours: red blue green yellow purple orange black white pink brown grey gray teal
	family relative relatives: mother father brother sister son daughter husband wife cousin aunt uncle grandma grandpa parents niece nephew grandfather grandmother siblings
	sibling siblings: brother sister
	parent parents: mother father mom dad
	child children: son daughter toddler baby teenager
	relationship relationships status: single married divorced dating engaged girlfriend boyfriend husband wife partner breakup
	vehicle vehicles transport transportation: car bike bicycle truck motorcycle bus train boat van scooter plane taxi subway
	clothes clothing outfit wear: shirt dress jeans shoes jacket hat coat sweater skirt suit boots sneakers
	jewelry accessory accessories: necklace ring bracelet earrings watch pendant
	furniture: sofa couch table chair desk bed shelf lamp bookshelf
	country countries: france germany spain italy japan china india canada mexico brazil england australia sweden norway portugal greece turkey korea thailand switzerland ireland russia poland vietnam
	city cities: paris london berlin tokyo rome madrid boston chicago seattle miami amsterdam barcelona vienna dublin sydney toronto prague austin denver
	state states: california texas florida washington oregon colorado virginia michigan illinois minnesota alaska hawaii
	trip trips travel vacation vacations holiday holidays destination destinations visit: beach flight hotel airport camping roadtrip tour paris rome europe mountains cruise hiking
	outdoor outdoors nature: hiking camping beach mountain forest lake park trail river waterfall sunset
	book books novel author reading: novel author story chapter fiction fantasy mystery biography memoir library bookstore
	movie movies film films show shows series: netflix cinema actor episode season director comedy thriller trailer
	game games: chess poker xbox playstation nintendo minecraft zelda puzzle boardgame fortnite cards monopoly mario
	job jobs career profession occupation work: engineer teacher nurse doctor lawyer manager developer designer accountant writer chef scientist counselor intern consultant promotion
	school education degree study studies major: university college course class diploma bachelor master exam psychology biology engineering phd student graduate
	health medical condition illness injury: doctor hospital surgery pain fever allergy cold flu headache sick asthma diabetes therapy diagnosis medication ankle sprained
	emotion emotions feeling feelings feel mood: happy sad excited anxious nervous proud angry stressed grateful scared lonely worried relieved
	event events: concert wedding party festival conference parade meeting workshop birthday graduation exhibition fundraiser race
	celebration celebrate holiday: birthday christmas thanksgiving anniversary halloween easter party wedding
	charity volunteer volunteering cause community: donate shelter fundraiser homeless nonprofit awareness support
	religion religious faith spiritual: church god prayer bible buddhist christian muslim temple meditation
	political politics: conservative liberal election vote government policy republican democrat president
	weather: rain snow sunny cold hot storm wind cloudy freezing
	money finance financial budget price cost expense: dollars euros salary savings loan rent mortgage invest
	store shop shops: amazon ikea walmart target bookstore supermarket mall market
	personality trait traits character: kind shy funny caring honest loyal patient thoughtful outgoing creative confident
`

// categories gives, for a word for a kind of thing, the terms of things of that
// kind. It is made when the first query needs it.
var categories = sync.OnceValue(func() map[string][]string { //nolint:gochecknoglobals // a table
	var a analyser
	m := make(map[string][]string)
	for line := range strings.Lines(categoryLines) {
		kinds, list, _ := strings.Cut(line, ":")
		var things []string
		for w := range strings.FieldsSeq(list) {
			things = append(things, a.stem([]byte(w)))
		}
		for k := range strings.FieldsSeq(kinds) {
			m[k] = append(m[k], things...)
		}
	}
	return m
})

// thingsOf gives the terms of things of the kind that a folded word names.
func thingsOf(word string) []string { return categories()[word] }
