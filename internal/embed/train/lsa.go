package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

type lsaSettings struct {
	dimensions int
	iterations int
	power      float64
}

func defaultLSA() lsaSettings { return lsaSettings{dimensions: 256, iterations: 4, power: .5} }

// spare is how many directions more are followed than are kept: the last ones
// come out badly (Halko et al., section 4.3).
const spare = 16

// latent returns the features' vectors by latent semantic analysis.
func latent(ctx context.Context, c *corpus, s lsaSettings) (*matrix, error) {
	right, values, err := decompose(ctx, c.weighted(), s.dimensions, s.iterations)
	if err != nil {
		return nil, fmt.Errorf("latent semantic analysis: %w", err)
	}
	vectors := newMatrix(len(c.features), s.dimensions)
	for i := range right.height {
		direction, scale := right.row(i), math.Pow(values[i], s.power)
		for f, x := range direction {
			vectors.row(f)[i] = x * float32(c.idf[f]*scale)
		}
	}
	return vectors, nil
}

// weighted returns the passages as rows of unit length.
func (c *corpus) weighted() *sparse {
	a := &sparse{width: len(c.features)}
	for p := range c.passages {
		ids, weights := c.bag(p, false)
		for i, id := range ids {
			weights[i] *= float32(c.idf[id])
		}
		if n := length(weights); n > 0 {
			multiply(weights, 1/n)
		}
		a.columns = append(a.columns, ids)
		a.values = append(a.values, weights)
	}
	return a
}

// decompose returns the first right singular vectors as rows, at most count,
// and their singular values.
func decompose(ctx context.Context, a *sparse, count, iterations int) (*matrix, []float64, error) {
	random := rand.New(rand.NewPCG(1, 1))
	follow := min(count+spare, a.width, len(a.columns))
	space := newMatrix(follow, a.width)
	for i := range space.cells {
		space.cells[i] = float32(random.NormFloat64())
	}
	for range iterations {
		image := a.times(space)
		orthonormalise(image)
		space = a.transposedTimes(image)
		orthonormalise(space)
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
	}
	// In the space found, the passages' covariance is small enough to be
	// taken apart exactly.
	image := a.times(space)
	covariance := make([][]float64, follow)
	for i := range covariance {
		covariance[i] = make([]float64, follow)
		for j := range covariance[i] {
			covariance[i][j] = float64(dot(image.row(i), image.row(j)))
		}
	}
	squares, turns := eigen(covariance)
	order := make([]int, follow)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(squares[j], squares[i]) })
	right := newMatrix(min(count, follow), a.width)
	values := make([]float64, right.height)
	for i := range values {
		values[i] = math.Sqrt(max(0, squares[order[i]]))
		for j := range follow {
			addTo(right.row(i), float32(turns[j][order[i]]), space.row(j))
		}
	}
	return right, values, nil
}

// orthonormalise makes the rows orthogonal to each other and of unit length,
// by Gram and Schmidt, twice against rounding.
func orthonormalise(m *matrix) {
	for i := range m.height {
		for range 2 {
			for j := range i {
				addTo(m.row(i), -dot(m.row(j), m.row(i)), m.row(j))
			}
		}
		if n := length(m.row(i)); n > 0 {
			multiply(m.row(i), 1/n)
		}
	}
}

// eigen returns the eigenvalues of a symmetric matrix, which it spends, and
// its eigenvectors as columns, by Jacobi's rotations.
func eigen(a [][]float64) (values []float64, vectors [][]float64) {
	n := len(a)
	vectors = make([][]float64, n)
	for i := range vectors {
		vectors[i] = make([]float64, n)
		vectors[i][i] = 1
	}
	for range 12 {
		off := 0.0
		for p := range n {
			for q := p + 1; q < n; q++ {
				off += a[p][q] * a[p][q]
				if math.Abs(a[p][q]) >= 1e-9 {
					rotate(a, vectors, p, q)
				}
			}
		}
		if off < 1e-6 {
			break
		}
	}
	values = make([]float64, n)
	for i := range values {
		values[i] = a[i][i]
	}
	return values, vectors
}

// rotate turns the axes p and q so that a[p][q] becomes zero.
func rotate(a, vectors [][]float64, p, q int) {
	theta := (a[q][q] - a[p][p]) / (2 * a[p][q])
	t := 1 / (math.Abs(theta) + math.Sqrt(theta*theta+1))
	if theta < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(t*t+1)
	s := t * c
	for i := range a {
		x, y := a[i][p], a[i][q]
		a[i][p], a[i][q] = c*x-s*y, s*x+c*y
	}
	for i := range a {
		x, y := a[p][i], a[q][i]
		a[p][i], a[q][i] = c*x-s*y, s*x+c*y
	}
	for i := range vectors {
		x, y := vectors[i][p], vectors[i][q]
		vectors[i][p], vectors[i][q] = c*x-s*y, s*x+c*y
	}
}
