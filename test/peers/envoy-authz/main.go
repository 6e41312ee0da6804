// An authorization server that answers Envoy's ext_authz as OPA's Envoy plugin does: the same input document, made with
// the same libraries, and the same reading of decisions. Tests hold Sluice's answers against its. It keeps no decision
// log and loads no bundles.
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
	"google.golang.org/protobuf/reflect/protoregistry"
)

func main() {
	policy := flag.String("policy", "", "folder of Rego and data")
	query := flag.String("query", "", "what is asked, for example data.shop.decision")
	descriptors := flag.String("proto-descriptor", "", "file with a binary FileDescriptorSet for gRPC messages")
	listen := flag.String("listen", "127.0.0.1:0", "address; port 0 takes a free one")
	parse := flag.Bool("parse", false, "serve nothing: answer requests on standard input with their input documents")
	flag.Parse()

	stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	files, err := readDescriptors(*descriptors)
	switch {
	case err != nil:
	case *parse:
		err = parseLines(os.Stdin, os.Stdout, files)
	default:
		err = serve(stop, *policy, *query, *listen, files)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// serve answers checks until stop is done. The line it prints says where it listens.
func serve(stop context.Context, policy, query, listen string, files *protoregistry.Files) error {
	decider, err := newDecider(stop, policy, query)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	authv3.RegisterAuthorizationServer(server, &checks{decider: decider, files: files})
	context.AfterFunc(stop, server.Stop)
	fmt.Printf("{\"event\":\"ready\",\"port\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	return server.Serve(listener)
}
