// The other side of the codec benchmark: GoBGP's own packet library over the same octets, driven the same way.
//
// Usage: gobgp-codec FILE OP REPEAT. FILE holds BGP messages end to end, OP is decode, visit, retain or encode. For each line on
// standard input it makes one run of REPEAT passes and answers with one JSON object on one line.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/osrg/gobgp/pkg/packet/bgp"
)

// What was seen, so that two implementations can be compared by more than their speed. Sums are modulo 2^32.
type tally struct {
	messages, prefixes, attributes, sum uint32
	bytes                               uint64
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func parse(data []byte) *bgp.BGPMessage {
	message, err := bgp.ParseBGPMessage(data)
	if message == nil || message.Body == nil {
		fail(fmt.Errorf("GoBGP does not decode %x: %v", data, err))
	}
	return message
}

func each(data []byte, visit func(message []byte)) {
	for len(data) >= bgp.BGP_HEADER_LENGTH {
		length := int(binary.BigEndian.Uint16(data[16:]))
		visit(data[:length])
		data = data[length:]
	}
}

func (t *tally) prefix(lengthBits uint8, octets []byte) {
	t.prefixes++
	t.sum += uint32(lengthBits)
	for _, octet := range octets[:(int(lengthBits)+7)/8] {
		t.sum += uint32(octet)
	}
}

func (t *tally) routes(routes []bgp.AddrPrefixInterface) {
	for _, route := range routes {
		switch r := route.(type) {
		case *bgp.IPAddrPrefix:
			t.prefix(r.Length, r.Prefix)
		case *bgp.IPv6AddrPrefix:
			t.prefix(r.Length, r.Prefix)
		}
	}
}

func (t *tally) visit(message *bgp.BGPMessage) {
	update := message.Body.(*bgp.BGPUpdate)
	for _, route := range update.WithdrawnRoutes {
		t.prefix(route.Length, route.Prefix)
	}
	for _, attribute := range update.PathAttributes {
		t.attributes++
		switch a := attribute.(type) {
		case *bgp.PathAttributeOrigin:
			t.sum += uint32(a.Value)
		case *bgp.PathAttributeAsPath:
			for _, segment := range a.Value {
				switch s := segment.(type) {
				case *bgp.As4PathParam:
					for _, asn := range s.AS {
						t.sum += asn
					}
				case *bgp.AsPathParam:
					for _, asn := range s.AS {
						t.sum += uint32(asn)
					}
				}
			}
		case *bgp.PathAttributeNextHop:
			t.sum += binary.BigEndian.Uint32(a.Value.To4())
		case *bgp.PathAttributeMultiExitDisc:
			t.sum += a.Value
		case *bgp.PathAttributeCommunities:
			for _, community := range a.Value {
				t.sum += community
			}
		case *bgp.PathAttributeLargeCommunities:
			for _, community := range a.Values {
				t.sum += community.ASN + community.LocalData1 + community.LocalData2
			}
		case *bgp.PathAttributeMpReachNLRI:
			t.routes(a.Value)
		case *bgp.PathAttributeMpUnreachNLRI:
			t.routes(a.Value)
		}
	}
	for _, route := range update.NLRI {
		t.prefix(route.Length, route.Prefix)
	}
}

// Processor time of all threads so far, in nanoseconds.
func cpu() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func decodeAll(data []byte) []*bgp.BGPMessage {
	var kept []*bgp.BGPMessage
	each(data, func(octets []byte) { kept = append(kept, parse(octets)) })
	return kept
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	repeat, err := strconv.Atoi(os.Args[3])
	if err != nil {
		fail(err)
	}
	var pass func(t *tally)
	switch os.Args[2] {
	case "decode":
		pass = func(t *tally) {
			each(data, func(octets []byte) {
				parse(octets)
				t.messages++
			})
		}
	case "visit":
		pass = func(t *tally) {
			each(data, func(octets []byte) {
				t.visit(parse(octets))
				t.messages++
			})
		}
	case "retain":
		pass = func(t *tally) {
			kept := decodeAll(data)
			t.messages += uint32(len(kept))
		}
	case "encode":
		messages := decodeAll(data)
		pass = func(t *tally) {
			for _, message := range messages {
				octets, err := message.Serialize()
				if err != nil {
					fail(err)
				}
				t.messages++
				t.bytes += uint64(len(octets))
			}
		}
	default:
		fail(fmt.Errorf("no operation %s", os.Args[2]))
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		// Each run begins with a clean heap, as on the other side.
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var t tally
		startCPU := cpu()
		start := time.Now()
		for i := 0; i < repeat; i++ {
			t = tally{}
			pass(&t)
		}
		elapsed := time.Since(start)
		elapsedCPU := cpu() - startCPU
		runtime.ReadMemStats(&after)
		fmt.Printf("{\"ms\":%g,\"cpuMs\":%g,\"messages\":%d,\"prefixes\":%d,\"attributes\":%d,\"sum\":%d,\"bytes\":%d,\"allocated\":%d}\n",
			float64(elapsed.Nanoseconds())/1e6/float64(repeat), float64(elapsedCPU)/1e6/float64(repeat), t.messages, t.prefixes, t.attributes, t.sum, t.bytes,
			(after.TotalAlloc-before.TotalAlloc)/uint64(repeat))
	}
}
