#!/usr/bin/env bats
# How long ago a peer was heard and data went, beside what ss -i says of the same sockets.

load helper

@test "heard: as ss has it, of IPv4 and IPv6, open and closing" {
	in_lab established -- heard ESTAB established
	in_lab established-v6 -- heard ESTAB established
	in_lab close-wait --side b -- heard CLOSE-WAIT close-wait
	in_lab fin-wait2-held -- heard FIN-WAIT-2 fin-wait-2
	in_lab last-ack --side b -- heard LAST-ACK last-ack
}

@test "heard: connections have it, where it is asked for" {
	in_lab all-states -- connections_alone_have_it
}

@test "heard: what others are asked for stands beside it" {
	in_lab established -- with_owners
}
