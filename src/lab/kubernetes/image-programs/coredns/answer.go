package main

import (
	"net"
	"strings"
)

// Numbers of RFC 1035.
const (
	headerSize    = 12
	typeA         = 1
	nameError     = 3
	isResponse    = 0x80
	authoritative = 0x04
)

// answer gives the reply to one query, nil where it is none.
func answer(query []byte, service net.IP) []byte {
	name, end := question(query)
	if end == 0 || query[2]&isResponse != 0 {
		return nil
	}
	reply := append([]byte{}, query[:end]...)
	reply[2] = isResponse | authoritative | query[2]&0x01
	reply[3] = 0
	// One question; answers, authorities and additional records: none.
	copy(reply[4:headerSize], []byte{0, 1, 0, 0, 0, 0, 0, 0})
	if service == nil || !strings.HasPrefix(name, "kubernetes.default.svc.") {
		reply[3] = nameError
		return reply
	}
	if kind := int(query[end-4])<<8 | int(query[end-3]); kind != typeA {
		return reply
	}
	reply[7] = 1
	// The name by reference to the question, type A, class IN, 30 s, 4 bytes.
	record := []byte{0xc0, headerSize, 0, typeA, 0, 1, 0, 0, 0, 30, 0, 4}
	return append(append(reply, record...), service...)
}

// question gives the name that is asked for, with a final dot, and where the question ends; 0 where there is none.
func question(query []byte) (string, int) {
	var name strings.Builder
	at := headerSize
	for at < len(query) && query[at] != 0 {
		next := at + 1 + int(query[at])
		if query[at] > 63 || next >= len(query) {
			return "", 0
		}
		name.WriteString(strings.ToLower(string(query[at+1:next])) + ".")
		at = next
	}
	if len(query) < at+5 {
		return "", 0
	}
	return name.String(), at + 5
}
