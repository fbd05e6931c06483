An expression, its variables as JSON, its value as JSON.

  $ relata eval '2 + 2'
  4
  $ relata eval 'x.map(n, n * 2).filter(n, n > 2)' --bindings '{"x": [1, 2, 3]}'
  [4,6]
  $ relata eval '"Vernay".startsWith(prefix) ? "yes" : "no"' --bindings '{"prefix": "Ver"}' --json
  {"value":"yes"}
  $ relata eval 'now - days(58) < timestamp("2026-10-01T00:00:00Z")' --now 2026-11-12T17:00:00Z
  true

What cannot be read or decided is said with its place, and is status 2.

  $ relata eval '1 +' 2>&1
  relata: error 1:4: the expression ends where a value is expected
    1 +
       ^
  [2]
  $ relata eval '1 / 0' 2>&1
  relata: division by zero
  [2]
  $ relata eval '1 / 0' --json 2>/dev/null
  {"error":"division by zero"}
  [2]
  $ relata eval 'x' --bindings '[1]' 2>&1
  relata: bindings: a JSON object is needed
  [2]
  $ relata eval 2>&1
  relata: eval needs EXPR or --batch FILE
  [2]

Many at once: one line of JSON each, in order.

  $ cat > batch.jsonl <<'END'
  > {"id": 1, "expr": "1 + 1"}
  > {"id": "two", "expr": "a == b", "bindings": {"a": 1, "b": 1.0}}
  > {"id": 3, "expr": "missing > 1"}
  > {"id": 4, "expr": "[1, 2"}
  > {"id": 5}
  > no json
  > END
  $ relata eval --batch batch.jsonl
  {"id":1,"value":2}
  {"id":"two","value":true}
  {"id":3,"error":"undeclared reference to 'missing'"}
  {"id":4,"error":"error 1:6: expected ']', found end of the expression\n  [1, 2\n       ^"}
  {"id":5,"error":"\"expr\" is missing or not a text"}
  {"id":null,"error":"the line is not a JSON object"}
  $ relata eval --batch - < batch.jsonl | wc -l
  6
