package demo

import (
	"fmt"

	"guichet/corpus/opening"
)

// Services returns when the demo town's services are open, each with the
// document it rests on. An error is a defect of the build.
func Services() ([]opening.Service, error) {
	b, err := files.ReadFile("services.yaml")
	if err != nil {
		return nil, fmt.Errorf("read demo services: %w", err)
	}
	services, err := opening.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("demo services: %w", err)
	}
	return services, nil
}
