// A stand-in for CoreDNS, which Debian does not have: it says that it is healthy where kubeadm's manifest asks, and as a name
// server knows the address of one name, kubernetes.default.svc in any zone. Every other name does not exist.
package main

import (
	"io"
	"net"
	"net/http"
	"os"
)

func main() {
	ended := make(chan error)
	for _, address := range []string{":8080", ":8181"} {
		go func(address string) { ended <- http.ListenAndServe(address, http.HandlerFunc(healthy)) }(address)
	}
	service := net.ParseIP(os.Getenv("KUBERNETES_SERVICE_HOST")).To4()
	go func() { ended <- serveUDP(service) }()
	go func() { ended <- serveTCP(service) }()
	panic(<-ended)
}

func healthy(response http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(response, "OK") }

func serveUDP(service net.IP) error {
	socket, err := net.ListenPacket("udp", ":53")
	if err != nil {
		return err
	}
	query := make([]byte, 4096)
	for {
		size, from, err := socket.ReadFrom(query)
		if err != nil {
			return err
		}
		if reply := answer(query[:size], service); reply != nil {
			_, _ = socket.WriteTo(reply, from)
		}
	}
}

func serveTCP(service net.IP) error {
	listener, err := net.Listen("tcp", ":53")
	if err != nil {
		return err
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go converse(connection, service)
	}
}

// converse: over TCP each message follows its length.
func converse(connection net.Conn, service net.IP) {
	defer connection.Close()
	for {
		length := make([]byte, 2)
		if _, err := io.ReadFull(connection, length); err != nil {
			return
		}
		query := make([]byte, int(length[0])<<8|int(length[1]))
		if _, err := io.ReadFull(connection, query); err != nil {
			return
		}
		reply := answer(query, service)
		if reply == nil {
			return
		}
		if _, err := connection.Write(append([]byte{byte(len(reply) >> 8), byte(len(reply))}, reply...)); err != nil {
			return
		}
	}
}
