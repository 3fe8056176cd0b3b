"""The commands, one file each; `tocsin.command` lists them and imports each only when it is used."""
