FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /guichet ./cmd/guichet

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates poppler-utils tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /data guichet
COPY --from=build /guichet /usr/local/bin/guichet
USER guichet
ENV GUICHET_DATA_DIR=/data
EXPOSE 8080
ENTRYPOINT ["guichet"]
CMD ["serve", "--demo"]
