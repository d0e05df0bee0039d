#!/bin/sh
# Makes audio/ID.mp3 for every word of the notes files, with a synthetic voice.
# Needs espeak-ng and lame. Run it in this folder; files that are there already are made anew.
set -eu

mkdir -p audio
# The notes keep `id:` and `Word:` on lines of their own, in this order.
awk '
    /^ *- id: / { id = $3 }
    /^ *Word: / { sub(/^ *Word: */, ""); gsub(/^"|"$/, ""); print id "\t" $0 }
' [0-9]*.yaml | while IFS="$(printf '\t')" read -r id word; do
    espeak-ng -v es -s 135 --stdout "$word" |
        lame --quiet -t -m m --resample 16 -b 24 - "audio/$id.mp3"
done
