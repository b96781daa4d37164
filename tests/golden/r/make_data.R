# SPDX-License-Identifier: Apache-2.0
# Small simulated tables with the awkward cases: zeros, ties, rare levels, separation, a stratum with one PSU.
# Run: Rscript make_data.R (in this folder). The tables are committed; this shows how they were made.
set.seed(20261122)
n <- 360
age <- round(runif(n, 40, 85), 1)
female <- rbinom(n, 1, 0.55)
race <- sample(c(1, 2, 3, 4), n, TRUE, c(0.5, 0.25, 0.2, 0.05))
bmd <- round(210 - 1.4 * age - 8 * female + rnorm(n, 0, 22), 1)
site <- sample(1:24, n, TRUE)
site_effect <- rnorm(24, 0, 0.4)[site]
latent <- -2.2 + 0.07 * (age - 40) - 0.015 * (bmd - 120) - 0.4 * female + site_effect + rnorm(n, 0, 1.3)
score <- round(ifelse(latent > 0, expm1(1.4 * latent), 0), 0)
aac <- pmin(24, rnbinom(n, size = 2.5, mu = exp(0.7 + 0.02 * (age - 40) - 0.006 * (bmd - 120))) *
              rbinom(n, 1, plogis(-1 + 0.06 * (age - 45))))
stratum <- sample(1:8, n, TRUE)
psu <- sample(1:3, n, TRUE)
psu[stratum == 5 & psu == 3] <- 2
weight <- round(runif(n, 200, 4000) * (1 + (race != 1)), 2)
cohort <- data.frame(id = 1:n, age, female, race, bmd, score, aac, site, stratum, psu, weight)
write.csv(cohort, "cohort.csv", row.names = FALSE)

lonely <- cohort[1:120, ]
lonely$psu[lonely$stratum == 2] <- 1
write.csv(lonely, "lonely.csv", row.names = FALSE)

m <- 44 # `drug` never goes with the event: no finite odds ratio
separation <- data.frame(x = round(rnorm(m), 2), drug = rep(c(1, 0, 0, 0), length.out = m))
separation$event <- ifelse(separation$drug == 1, 0, rbinom(m, 1, plogis(0.2 + 0.9 * separation$x)))
write.csv(separation, "separation.csv", row.names = FALSE)

p <- 60 # patients with 2 to 5 levels each
patient <- rep(1:p, sample(2:5, p, TRUE))
patient_age <- round(runif(p, 45, 80), 0)[patient]
patient_sex <- rbinom(p, 1, 0.5)[patient]
level <- ave(patient, patient, FUN = seq_along)
density <- round(190 - patient_age + rnorm(p, 0, 20)[patient] + rnorm(length(patient), 0, 12), 1)
calcium <- round(3 + 0.04 * (patient_age - 60) - 0.012 * (density - 120) + rnorm(p, 0, 0.9)[patient] +
                   rnorm(length(patient), 0, 0.6), 3)
write.csv(data.frame(patient, level, age = patient_age, female = patient_sex, density, calcium), "levels.csv",
          row.names = FALSE)

q <- 36 # two readers and a repeat
truth <- rgamma(q, 2, 0.01)
ratings <- data.frame(a = round(truth + rnorm(q, 0, 12), 1), b = round(truth + 6 + rnorm(q, 0, 15), 1),
                      c = round(truth - 3 + rnorm(q, 0, 12), 1))
cut3 <- function(x) as.integer(cut(x, c(-Inf, 100, 250, Inf)))
ratings$grade_a <- cut3(ratings$a)
ratings$grade_b <- cut3(ratings$b + rnorm(q, 0, 40))
write.csv(ratings, "ratings.csv", row.names = FALSE)
