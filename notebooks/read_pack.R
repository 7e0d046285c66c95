# Reads a published pack in base R and says the first things that people ask. Nothing has to be installed.
#
#   Rscript notebooks/read_pack.R packs/2024-03        a pack
#   Rscript notebooks/read_pack.R packs                the folder of the packs: the newest
#
# In a session: source("notebooks/read_pack.R"); pack <- read_pack("packs/2024-03"); pack$forecasts
# Where the packages arrow or jsonlite are there, `read_pack(..., parquet = TRUE)` reads Parquet, and the manifest is read.

# The newest pack of a folder, from latest.json; a pack is given back as it is.
newest_pack <- function(folder) {
  latest <- file.path(folder, "latest.json")
  if (!file.exists(latest)) return(folder)
  text <- paste(readLines(latest, encoding = "UTF-8", warn = FALSE), collapse = "")
  file.path(folder, sub('.*"pack"[[:space:]]*:[[:space:]]*"([^"]+)".*', "\\1", text))
}

# One table. "[c]" is hidden (1 to 7 children), "[x]" not available, "[z]" not applicable: all become NA, and `hidden`
# counts the first.
read_table <- function(path) {
  raw <- read.csv(path, colClasses = "character", check.names = FALSE, encoding = "UTF-8")
  hidden <- sum(raw == "[c]", na.rm = TRUE)
  table <- read.csv(path, na.strings = c("[c]", "[x]", "[z]", ""), check.names = FALSE, encoding = "UTF-8")
  for (name in intersect(names(table), c("ds", "from", "to", "made"))) table[[name]] <- as.Date(table[[name]])
  attr(table, "hidden") <- hidden
  table
}

# All tables of a pack by name.
read_pack <- function(folder, parquet = FALSE) {
  folder <- newest_pack(folder)
  files <- list.files(folder, pattern = "[.]csv$", full.names = TRUE)
  if (length(files) == 0) stop("no tables in ", folder, ": name a pack, or the folder that holds latest.json")
  tables <- lapply(files, read_table)
  names(tables) <- sub("[.]csv$", "", basename(files))
  if (parquet && requireNamespace("arrow", quietly = TRUE)) {
    for (file in list.files(folder, pattern = "[.]parquet$", full.names = TRUE)) {
      tables[[sub("[.]parquet$", "", basename(file))]] <- as.data.frame(arrow::read_parquet(file))
    }
  }
  if (requireNamespace("jsonlite", quietly = TRUE)) {
    attr(tables, "manifest") <- jsonlite::read_json(file.path(folder, "manifest.json"))
  }
  attr(tables, "folder") <- folder
  tables
}

# The rows for all series together: "*" for each dimension; where there is one series only, that one.
total_of <- function(table) {
  is_total <- gsub("[*/]", "", table$unique_id) == ""
  if (any(is_total)) table[is_total, ] else table
}

figure <- function(value) ifelse(is.na(value), "too few to show", format(value, big.mark = ",", trim = TRUE))

# The first things that people ask.
say <- function(pack) {
  following <- total_of(pack$forecasts)[1, ]
  cat(sprintf("%s: about %s, in 8 of 10 cases between %s and %s\n", format(following$ds, "%B %Y"),
              figure(following$median), figure(following$lo_80), figure(following$hi_80)))
  year <- total_of(pack$yearly)
  year <- year[year$window == "next-year", ]
  if (nrow(year) == 1) {
    cat(sprintf("%s to %s: about %s, in 8 of 10 cases between %s and %s\n", format(year$from, "%B %Y"),
                format(year$to, "%B %Y"), figure(year$median), figure(year$lo_80), figure(year$hi_80)))
  }
  held <- pack$coverage[pack$coverage$stratum == "all", ]
  if (nrow(held) > 0) {
    cat(sprintf("In tests on the past the %d%% range held %.0f%% of the time\n", held$level, 100 * held$inside), sep = "")
  }
  cat(sprintf("%d series with their totals, %d tables, %d figures hidden\n", length(unique(pack$forecasts$unique_id)), length(pack),
              sum(vapply(pack, function(table) as.integer(c(attr(table, "hidden"), 0)[1]), 1L))))
}

# Run by Rscript and not by source(): the pack is the first argument.
if (sys.nframe() == 0 && !interactive()) {
  arguments <- commandArgs(trailingOnly = TRUE)
  if (length(arguments) != 1) stop("name a pack: Rscript notebooks/read_pack.R packs/2024-03")
  say(read_pack(arguments[1]))
}
