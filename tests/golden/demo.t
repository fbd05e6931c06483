The story of the invented company, with what each step rests on. The data is made anew from a fixed
seed, so its figures are known.

  $ relata demo -o report.html > story.txt
  $ grep -c . story.txt | awk '{print ($1 >= 45 && $1 <= 75) ? "readable" : $1}'
  readable
  $ grep -E "^[0-9]+\." story.txt | wc -l
  10
  $ grep "Fonderies de la Loire: usually" story.txt
     Fonderies de la Loire: usually every 31 days, now 58; why: the median of 17 intervals
  $ grep "same files once more" story.txt
     the same files once more: 0 changes
  $ grep -c "why" story.txt | awk '{print ($1 >= 8) ? "explained" : $1}'
  explained
  $ grep -E "downloads|12 February|old spreadsheet|nothing lost" story.txt
     and undone, nothing lost: 1250 contacts, 1248 merged, 1250 again; then merged for good
     Thomas Perrault downloads maintenance.pdf: segment warm goes from 1 to 2 members with that commit; why: event download
     "Why did you write to me on 12 February?" Sophie Dubreuil: Proven consent covers this contact. (GDPR 6(1)(a), 7); today: Consent was withdrawn.
     the old spreadsheet once more, 67 rows: 1 known again by the keyed hash and taken out; 1247 contacts
  $ grep -oE "last quarter's forecast, made on 2026-06-30 from 36 closed deals" story.txt
  last quarter's forecast, made on 2026-06-30 from 36 closed deals
  $ grep -cE "<script|https?://" report.html
  0
  [1]
  $ grep -c "<h2>" report.html
  5

A folder that is not there is said to be missing.

  $ relata demo nowhere 2>&1
  relata: nowhere: no such file or directory
  [3]
