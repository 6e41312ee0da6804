// An authorization server as a user would run one beside Envoy: ext_authz over gRPC, decided by OPA's library with a
// prepared query. It answers with the fields that OPA's Envoy plugin knows, and does nothing else: no decision log, no
// status, no bundles.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
)

func main() {
	policy := flag.String("policy", "", "folder of Rego and data")
	query := flag.String("query", "", "what is asked, for example data.bookstore.authz.decision")
	listen := flag.String("listen", "127.0.0.1:0", "address; port 0 takes a free one")
	flag.Parse()

	stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := serve(stop, *policy, *query, *listen); err != nil {
		log.Fatal(err)
	}
}

// serve answers checks until stop is done. The line it prints says where it listens.
func serve(stop context.Context, policy, query, listen string) error {
	decider, err := newDecider(stop, policy, query)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	authv3.RegisterAuthorizationServer(server, &checks{decider: decider})
	context.AfterFunc(stop, server.Stop)
	fmt.Printf("{\"event\":\"ready\",\"port\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	return server.Serve(listener)
}
