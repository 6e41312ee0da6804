// Reads Prometheus' text format on stdin as Prometheus' own libraries do, and writes its samples as JSON, one a line.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

type sample struct {
	Name   string            `json:"name"`
	Type   string            `json:"type"`
	Labels map[string]string `json:"labels"`
	Value  float64           `json:"value"`
}

func main() {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out := json.NewEncoder(os.Stdout)
	for name, family := range families {
		for _, metric := range family.Metric {
			out.Encode(sample{name, family.GetType().String(), labels(metric), value(metric)})
		}
	}
}

func labels(metric *dto.Metric) map[string]string {
	pairs := map[string]string{}
	for _, pair := range metric.Label {
		pairs[pair.GetName()] = pair.GetValue()
	}
	return pairs
}

// Of a histogram, how many values it has; its last bucket has to say the same.
func value(metric *dto.Metric) float64 {
	switch {
	case metric.Counter != nil:
		return metric.Counter.GetValue()
	case metric.Gauge != nil:
		return metric.Gauge.GetValue()
	case metric.Histogram != nil:
		buckets := metric.Histogram.Bucket
		if last := buckets[len(buckets)-1]; last.GetCumulativeCount() != metric.Histogram.GetSampleCount() {
			fmt.Fprintln(os.Stderr, "a histogram's +Inf bucket and its count differ")
			os.Exit(1)
		}
		return float64(metric.Histogram.GetSampleCount())
	default:
		return metric.Untyped.GetValue()
	}
}
