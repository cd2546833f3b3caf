package telemetry

import (
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// maxScrapes is how many scrapes are answered at once; each holds a copy of all
// metrics.
const maxScrapes = 4

// newPrometheus makes the handler for scraping, and the reader that feeds it.
func newPrometheus(version string, log *slog.Logger) (http.Handler, sdkmetric.Reader, error) {
	registry := prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{
		// What replaces these links database/sql, which has no place in front of
		// a store.
		prometheus.NewGoCollector(),                                       //nolint:staticcheck // SA1019: see above
		prometheus.NewProcessCollector(prometheus.ProcessCollectorOpts{}), //nolint:staticcheck // SA1019: see above
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name:        "ilab_build_info",
			Help:        "Which version is running. Its value is always 1.",
			ConstLabels: prometheus.Labels{"version": version},
		}, func() float64 { return 1 }),
	} {
		if err := registry.Register(c); err != nil {
			return nil, nil, err
		}
	}
	// Without the scope and the resource: they would put the same few words,
	// and all of OTEL_RESOURCE_ATTRIBUTES, before whoever may scrape.
	reader, err := otelprom.New(otelprom.WithRegisterer(registry), otelprom.WithoutScopeInfo(), otelprom.WithoutTargetInfo())
	if err != nil {
		return nil, nil, err
	}
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog: scrapeLog{log},
		// One metric that cannot be told must not hide the others, nor put its
		// error into the answer.
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: maxScrapes,
	}), reader, nil
}

// scrapeLog logs what promhttp complains about, without its text.
type scrapeLog struct{ log *slog.Logger }

// Println implements promhttp.Logger.
func (l scrapeLog) Println(values ...any) {
	about := kindOther
	for _, v := range values {
		if err, ok := v.(error); ok {
			about = kind(err)
		}
	}
	l.log.Warn("a scrape of the metrics was not answered in full", slog.String("kind", about))
}
