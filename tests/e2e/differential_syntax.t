#!/bin/sh
# The syntax of master files as BIND reads it: what `zonepp print` makes of tricky files is compared
# with named-compilezone, record by record, and what BIND refuses is refused.
# shellcheck disable=SC2016 # dollars of directives
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

bind_reads() { # bind_reads FILE: records of zone example.org, or failure
	(cd "$tmp/zone" && named-compilezone -i none -k ignore -n ignore -m ignore -M ignore \
		-r ignore -S ignore -s full -o "$tmp/bind.out" example.org "$1") >"$tmp/bind.log" 2>&1
}
normal() { # normal FILE: one blank between fields, sorted
	tr -s '\t ' ' ' <"$1" | sort
}
compare() {
	bind_reads "$tmp/zone/a.zone" || { cat "$tmp/bind.log"; return 1; }
	zonepp print --zone example.org "$tmp/zone/a.zone" >"$tmp/zonepp.out" || return 1
	normal "$tmp/bind.out" >"$tmp/bind.normal"
	normal "$tmp/zonepp.out" >"$tmp/zonepp.normal"
	diff -u "$tmp/bind.normal" "$tmp/zonepp.normal"
}
both_refuse() {
	! bind_reads "$tmp/zone/a.zone" || { echo 'BIND accepts it'; return 1; }
	refuses zonepp print --zone example.org "$tmp/zone/a.zone"
}
whole() { # whole: a zone's head ahead of standard input
	printf '%s\n' '$TTL 60' '@ SOA ns hostmaster 1 2 3 4 5' '@ NS ns.example.net.'
	cat
}
same() { # same WHAT: the records of standard input, under a zone's head
	whole >"$tmp/zone/a.zone"
	ok "$1" compare
}
same_text() { # same_text WHAT TEXT: the same, with printf's escapes
	printf '%b' "$2" >"$tmp/text"
	same "$1" <"$tmp/text"
}
same_file() { # same_file WHAT: standard input is the whole zone
	cat >"$tmp/zone/a.zone"
	ok "$1" compare
}
name_of() { # name_of LINE: without what prove would take for its own
	printf '%s' "$1" | tr -d '\\#'
}
same_line() { # same_line LINE
	printf '%s\n' "$1" >"$tmp/text"
	same "$(name_of "$1")" <"$tmp/text"
}
bad_line() { # bad_line LINE: both refuse it, under a zone's head; \n makes two lines of it
	printf '%s\n' "$1" | sed 's/\\n/\n/' | whole >"$tmp/zone/a.zone"
	ok "both refuse $(name_of "$1")" both_refuse
}
mkdir -p "$tmp/zone/inc"

# --- Owner, TTL, class, type ---

same 'TTL and class in any order' <<'ZONE'
a 300 IN A 192.0.2.1
b IN 300 A 192.0.2.1
c 300 A 192.0.2.1
d IN A 192.0.2.1
e A 192.0.2.1
f 1h in a 192.0.2.1
g In 1W2d3H4m5s TxT x
h CLASS1 A 192.0.2.1
i 0 A 192.0.2.1
j class1 0300 TYPE1 192.0.2.1
ZONE
same 'owners that look like something else' <<'ZONE'
IN A 192.0.2.1
A A 192.0.2.1
300 A 192.0.2.1
CH 300 A 192.0.2.1
TXT TXT TXT
SOA IN A 192.0.2.1
1h 1h IN A 192.0.2.1
ZONE
same 'blank owners' <<'ZONE'
a A 192.0.2.1
  A 192.0.2.2
	A 192.0.2.3
 	 300 TXT x
b A 192.0.2.1

; a comment
   ; and another
  A 192.0.2.2
  	
 IN TXT y
ZONE
same 'an owner that is kept over $ORIGIN and $TTL' <<'ZONE'
a A 192.0.2.1
$ORIGIN sub
 A 192.0.2.2
$TTL 60
 A 192.0.2.3
a A 192.0.2.4
$ORIGIN example.org.
 A 192.0.2.5
a A 192.0.2.6
ZONE
same 'an owner that is written again under another origin' <<'ZONE'
a A 192.0.2.1
$ORIGIN sub
 A 192.0.2.2
a A 192.0.2.3
$ORIGIN sub
a A 192.0.2.4
 A 192.0.2.5
a A 192.0.2.6
ZONE
same 'an owner that is kept over $GENERATE' <<'ZONE'
a A 192.0.2.1
$GENERATE 1-2 g$ A 192.0.2.$
 A 192.0.2.2
ZONE
same 'at signs' <<'ZONE'
@ A 192.0.2.1
a CNAME @
$ORIGIN sub
@ A 192.0.2.2
b MX 10 @
\@ A 192.0.2.3
c CNAME \@
ZONE
same 'relative, absolute and rooted origins' <<'ZONE'
$ORIGIN sub
a A 192.0.2.1
$ORIGIN sub
a A 192.0.2.2
$ORIGIN SUB.Example.ORG.
a A 192.0.2.3
$ORIGIN .
example.org TXT x
b.example.org A 192.0.2.4
$ORIGIN org.
c.example A 192.0.2.5
$ORIGIN @
d.example A 192.0.2.5
ZONE
same 'directives in any case' <<'ZONE'
$origin sub
$Ttl 1h
a A 192.0.2.1
$generate 1-2 g$ A 192.0.2.$
$TTL	1m30s ; comment
b A 192.0.2.1
ZONE
same 'names of one owner that are far apart, in any case' <<'ZONE'
a A 192.0.2.1
b A 192.0.2.1
A A 192.0.2.2
a A 192.0.2.3
a.example.org. TXT x
ZONE
same 'all of it more than once' <<'ZONE'
a A 192.0.2.1
a A 192.0.2.1
a.example.org. MX 10 mail.example.org.
a MX 10 mail
ZONE

# --- Blanks, lines, comments, parentheses ---

same 'parentheses over lines' <<'ZONE'
a (
A
192.0.2.1
)
b A ( 192.0.2.1 ) ; comment
c A (192.0.2.1)
d MX (10
    mail )
e MX ( 10 ; preference
; a whole line, with ) and ( and "

 mail ; host
 )
f TXT ("a" "b") (c
  d) (((e)))
g (300 IN)(A)192.0.2.1
( h
 A 192.0.2.1 )
i TXT a(b)c
  (A 192.0.2.2)
 (
 TXT x )
j A 192.0.2.1 (
)
()
 ( ) ; nothing

(
)
k A 192.0.2.1
ZONE
same 'comments' <<'ZONE'
; one
a A 192.0.2.1;two
b A 192.0.2.1 ; "three
c TXT a;b
d TXT "a;b" ; four
e TXT a\;b
f A 192.0.2.1 ;
;
ZONE
same 'quotes' <<'ZONE'
a TXT "a" "b"
b TXT "a""b"
c TXT a"b"c
d TXT "" "" ""
e TXT "a\"b" "\\" "\\\""
f TXT "(" ")" ";" " "
g TXT "	tab"
h TXT \"a b\"
i TXT "\000\001\127\128\255\a\b"
j TXT a\ b a\009b
k TXT "@" @ "$ORIGIN" $ORIGIN
l TXT "\065\"\066"
m HINFO "a b" c
n CAA 0 issue "a;b"
ZONE
same 'escapes in names' <<'ZONE'
a\.b A 192.0.2.1
a\046b A 192.0.2.2
a\ b A 192.0.2.1
a\032b.c A 192.0.2.1
\097 A 192.0.2.1
\000 A 192.0.2.1
\001 A 192.0.2.1
\255\128\127 A 192.0.2.1
\; A 192.0.2.1
\( A 192.0.2.1
\)x\" A 192.0.2.1
\\ A 192.0.2.1
\$ORIGIN A 192.0.2.1
a$b A 192.0.2.1
\*.x A 192.0.2.1
*.y A 192.0.2.1
*a.*.z A 192.0.2.1
a\b\c A 192.0.2.1
m MX 10 a\.b
_25._tcp TXT x
- A 192.0.2.1
a/b A 192.0.2.1
a'b{c}d&e,f:g<h>i=j A 192.0.2.1
ZONE
same_text 'CRLF, and no newline at the end' \
	'a A 192.0.2.1\r\nb MX (10\r\n mail)\r\n\r\n; x\r\n  TXT "y" ; z\r\n \r\nc A 192.0.2.1'
same_text 'empty lines' '\n\n\n   \n\t\na A 192.0.2.1\n\n   \n'
same_text 'tabs, and a comment at the end' \
	'a\tA\t192.0.2.1\n\tA\t192.0.2.2\nb \t A \t 192.0.2.1 \t \n \tA 192.0.2.2\t;x'
same 'names and labels of greatest length' <<ZONE
$(printf '%063d' 1) A 192.0.2.1
$(printf '%063d' 1).$(printf '%063d' 2).$(printf '%063d' 3).$(printf '%049d' 4) A 192.0.2.1
$(printf '\\065%.0s' $(seq 63)) A 192.0.2.1
$(printf 'a.%.0s' $(seq 120))b A 192.0.2.1
x TXT "$(printf '%0255d' 1)"
y TXT $(printf 'x%.0s ' $(seq 3000))
ZONE

# --- TTLs ---

same_file 'the last stated TTL without $TTL' <<'ZONE'
@ 100 SOA ns hostmaster 1 2 3 4 5
  NS ns.example.net.
a A 192.0.2.1
b 200 A 192.0.2.1
c A 192.0.2.1
d 0 A 192.0.2.1
e A 192.0.2.1
ZONE
same_file "the SOA's minimum without any TTL" <<'ZONE'
@ SOA ns hostmaster 1 2 3 4 50
  NS ns.example.net.
a A 192.0.2.1
b 200 A 192.0.2.1
c A 192.0.2.1
ZONE
same_file '$TTL wins over the last stated TTL' <<'ZONE'
$TTL 100
@ 1 SOA ns hostmaster 1 2 3 4 5
  NS ns.example.net.
a A 192.0.2.1
b 200 A 192.0.2.1
c A 192.0.2.1
$TTL 300
d A 192.0.2.1
$TTL 0
e A 192.0.2.1
ZONE
same_file '$TTL below records that stated one' <<'ZONE'
@ 1 SOA ns hostmaster 1 2 3 4 5
@ NS ns.example.net.
a A 192.0.2.1
$TTL 300
b A 192.0.2.1
c 5 A 192.0.2.1
d A 192.0.2.1
ZONE
same_file 'TTLs of $GENERATE' <<'ZONE'
@ 100 SOA ns hostmaster 1 2 3 4 5
@ NS ns.example.net.
$GENERATE 1-2 a$ A 192.0.2.$
$GENERATE 1-2 b$ 200 A 192.0.2.$
c A 192.0.2.1
$GENERATE 1-2 d$ A 192.0.2.$
$TTL 300
$GENERATE 1-2 e$ A 192.0.2.$
$GENERATE 1-2 f$ 7 A 192.0.2.$
g A 192.0.2.1
ZONE

# --- $INCLUDE ---

cat >"$tmp/zone/plain" <<'ZONE'
in A 192.0.2.1
   A 192.0.2.2
ZONE
cat >"$tmp/zone/moving" <<'ZONE'
x A 192.0.2.1
$ORIGIN y
x A 192.0.2.2
$TTL 60
z A 192.0.2.3
ZONE
printf 'last A 192.0.2.1' >"$tmp/zone/unended"
: >"$tmp/zone/empty"
printf '; only a comment\n\n' >"$tmp/zone/comments"
printf 'one A 192.0.2.1\n$INCLUDE moving deeper\ntwo A 192.0.2.1\n$INCLUDE plain\n A 192.0.2.9\n' \
	>"$tmp/zone/nested"
same 'included files' <<'ZONE'
a A 192.0.2.1
$INCLUDE plain
  A 192.0.2.2
b A 192.0.2.1
$INCLUDE plain sub
c A 192.0.2.1
$INCLUDE "plain" sub.sub.example.org. ; comment
d A 192.0.2.1
$INCLUDE ( plain
  three )
$include unended
e A 192.0.2.1
$INCLUDE empty
  A 192.0.2.2
$INCLUDE comments
  A 192.0.2.3
ZONE
same 'origin restored and TTL kept behind an included file' <<'ZONE'
a A 192.0.2.1
$INCLUDE moving
b A 192.0.2.1
 TXT x
$INCLUDE moving sub
c A 192.0.2.1
$ORIGIN deep
$INCLUDE moving @
d A 192.0.2.1
ZONE
same 'files included by included ones' <<'ZONE'
a A 192.0.2.1
$INCLUDE nested
 A 192.0.2.2
$INCLUDE nested sub
 A 192.0.2.3
ZONE
whole </dev/null >"$tmp/zone/head"
printf '$TTL 77\nt TXT x\n' >"$tmp/zone/ttl"
same 'a $TTL that an included file sets' <<'ZONE'
a A 192.0.2.1
$INCLUDE ttl
b A 192.0.2.1
ZONE
same 'owners of an included file that are written again behind it' <<'ZONE'
a A 192.0.2.1
$INCLUDE plain sub
  A 192.0.2.2
in A 192.0.2.3
$INCLUDE moving
  A 192.0.2.4
z A 192.0.2.5
ZONE
same_file 'a zone that is all included' <<'ZONE'
$INCLUDE head
$INCLUDE plain
ZONE

# --- $GENERATE: each line alone ---

while IFS= read -r line; do
	same_line "\$GENERATE $line"
done <<'LINES'
1-3 a$ A 192.0.2.$
1-3/2 a$ A 192.0.2.$
0-10/5 a$ A 192.0.2.$
0-0 a$ A 192.0.2.1
1-3/9 a$ A 192.0.2.$
01-02 a$ A 192.0.2.$
1-2/01 a$ A 192.0.2.$
2147483646-2147483647 a$ A 192.0.2.1
1-2 a${0} A 192.0.2.1
1-2 a${1} A 192.0.2.1
1-2 a${-1} A 192.0.2.1
1-2 a${+1} A 192.0.2.1
1-2 a${-5} A 192.0.2.1
1-2 a${0,3} A 192.0.2.1
1-2 a${-5,3,d} A 192.0.2.1
1-2 a${-5,0,d} A 192.0.2.1
1-2 a${0,3,d} A 192.0.2.1
1-2 a${0,0,d} A 192.0.2.1
9-11 a${0,2,d} A 192.0.2.1
7-9 a${0,3,o} A 192.0.2.1
7-9 a${0,0,o} A 192.0.2.1
10-17 a${0,3,x} A 192.0.2.1
10-17 a${0,3,X} A 192.0.2.1
10-11 a${0,0,n} A 192.0.2.1
10-11 a${0,1,n} A 192.0.2.1
10-11 a${0,3,n} A 192.0.2.1
10-11 a${0,3,N} A 192.0.2.1
10-11 a${0,7,n}b A 192.0.2.1
10-11 a${0,6,n}b A 192.0.2.1
255-258 ${0,8,n}ip A 192.0.2.1
255-258 ${0,0,n}.ip A 192.0.2.1
255-258 ${0,0,N}.ip A 192.0.2.1
4094-4097 ${0,1,n}.ip A 192.0.2.1
4094-4097 ${0,15,n}.ip A 192.0.2.1
1-2 ${0,63,d} A 192.0.2.1
1-2 a TXT ${0,127,d}
1-2 a TXT ${0,127,n}
1-2 a${-0} A 192.0.2.1
1-2 a\$ A 192.0.2.$
1-2 a\$b$ A 192.0.2.$
1-2 a$$ A 192.0.2.1
1-2 a$$$ A 192.0.2.1
1-2 $$ A 192.0.2.$
1-2 a TXT "x $ \$ $$"
1-2 a TXT x$
1-2 a TXT x\$
1-2 a TXT x$$
1-2 a TXT \$$
1-2 a TXT "\"x $\" \"y $\""
1-2 a TXT "\"x;$\" y ; z"
1-2 a TXT "$"
1-2 a TXT $y
1-2 a MX "10 mail$"
1-2 a MX "$0 mail"
1-2 a$ 300 A 192.0.2.$
1-2 a$ IN A 192.0.2.$
1-2 a$ 300 IN A 192.0.2.$
1-2 a$ IN 300 A 192.0.2.$
1-2 a$ 1h IN A 192.0.2.$
1-2 a$ in a 192.0.2.$
1-2 a$ CNAME $.foo
1-2 a$ CNAME $
1-2 $ CNAME $.0
1-2 $ PTR h$.example.net.
1-2 @ A 192.0.2.$
1-2 $.x.example.org. A 192.0.2.$
1-2 * A 192.0.2.$
1-2 *.$ A 192.0.2.$
1-2 a$ NS ns$
1-2 a$ AAAA 2001:db8::$
10-17 a$ AAAA 2001:db8::${0,4,x}
1-2 a$ DNAME b$
1-2 a$ SRV "0 0 5060 b$"
1-2 a$ TYPE65534 "\# 1 0$"
1-2 a{$} A 192.0.2.$
1-2 a$}x A 192.0.2.$
1-2 a${0}{1} A 192.0.2.$
1-2 a$ A "192.0.2.$"
1-2 a${0,3,d}b${1,2,x} A 192.0.2.$
1-2 a$ A 192.0.2.$ ; comment $
1-2 a\;$ A 192.0.2.$
1-2 a\.$ A 192.0.2.$
1-2 a\065$ A 192.0.2.$
1-2 a\$${0,2} A 192.0.2.$
0-3 a${0,1,o}$ A 192.0.2.$
15-16 a${0,1,x}${0,1,X} A 192.0.2.$
5-5 a${-9,5,d} A 192.0.2.1
3-5 a${-4,0,d} MX "1 m${-4}"
5-5 a${-9,0,x} A 192.0.2.1
5-5 a${-9,3,x} A 192.0.2.1
3-5 a${-4,12,X} A 192.0.2.1
5-5 a${-9,0,o} A 192.0.2.1
3-5 a${-4,20,o} A 192.0.2.1
3-5 ${-4,0,n}.a A 192.0.2.1
5-5 ${-9,19,N}.a A 192.0.2.1
0-0 a${-2147483648,0,d}.${-2147483648,0,x} A 192.0.2.1
0-0 ${-2147483647,0,o}.${-2147483647,0,n}.a A 192.0.2.1
LINES
while IFS= read -r line; do
	bad_line "\$GENERATE $line"
done <<'LINES'
5-3 a$ A 192.0.2.1
1-3/0 a$ A 192.0.2.1
1-3/-1 a$ A 192.0.2.1
-1-3 a$ A 192.0.2.1
1 a$ A 192.0.2.1
1- a$ A 192.0.2.1
1-3/ a$ A 192.0.2.1
2147483648-2147483648 a$ A 192.0.2.1
1-2 ${0,64,d} A 192.0.2.1
1-2 a TXT ${0,256,d}
1-2 a${0,3,b} A 192.0.2.1
1-2 a${0,3,D} A 192.0.2.1
1-2 a${0,3,dx} A 192.0.2.1
1-2 a${0,3,} A 192.0.2.1
1-2 a${0,} A 192.0.2.1
1-2 a${,3} A 192.0.2.1
1-2 a${} A 192.0.2.1
1-2 a${0 A 192.0.2.1
1-2 a${0,3 A 192.0.2.1
1-2 a${0,3,d A 192.0.2.1
1-2 a${x} A 192.0.2.1
1-2 a${0,-3,d} A 192.0.2.1
1-2 a CNAME foo$
1-2 a$ CH A 192.0.2.$
1-2 a$
1-2 a$ A
1-2
1-2 a$ FOO x
1-2 a$ A 192.0.2.$ x
1-2 a$ A 192.0.2.300
1-2 a..$ A 192.0.2.1
1-2 a TXT "\"\\\"$\""
1-2 a$ A 192.0.2.${0,3,d}
5-5 a A 192.0.2.${-9,0,d}
5-5 a MX "${-9} m"
5-5 a${-9,64,d} A 192.0.2.1
LINES

# --- What both refuse ---

while IFS= read -r line; do
	bad_line "$line"
done <<'LINES'
a A
a
a 300
a IN 300
a A 192.0.2.1 x
a A 192.0.2.256
a FOO x
a CH A 192.0.2.1
a 300 300 A 192.0.2.1
a IN IN A 192.0.2.1
a 1h30 A 192.0.2.1
a 5x A 192.0.2.1
a..b A 192.0.2.1
.a A 192.0.2.1
a A "192.0.2.1
a TXT "x
a TXT x"
a TXT (x
a TXT x)
a TXT )x(
a TXT "\256"
a\256 A 192.0.2.1
a\25 A 192.0.2.1
a\
$ORIGIN
$ORIGIN a b
$ORIGIN a..b
$TTL
$TTL x
$TTL -1
$TTL 1 2
$TTL 1h30
$INCLUDE
$INCLUDE plain a b
$INCLUDE a.zone
$FOO x
$ x
$GENERATE
0123456789012345678901234567890123456789012345678901234567890123 A 192.0.2.1
a CNAME b\na A 192.0.2.1
a CNAME b\na CNAME c
@ SOA a b 1 2 3 4 5
 $ORIGIN x
LINES
printf ' A 192.0.2.1\n' >"$tmp/zone/a.zone"
ok 'both refuse a blank owner ahead of all' both_refuse
printf '@ SOA a b 1 2 3 4 5\n@ NS ns\n' | sed 's/^@ SOA/@ TXT x\n&/' >"$tmp/zone/a.zone"
ok 'both refuse a record without TTL ahead of the SOA' both_refuse
: >"$tmp/zone/a.zone"
ok 'both refuse an empty file' both_refuse
printf '; nothing\n\n  \n' >"$tmp/zone/a.zone"
ok 'both refuse a file of comments' both_refuse
plan
