# SPDX-License-Identifier: Apache-2.0
# What R says about the tables beside this file: writes models.json. Run: Rscript golden.R (in this folder).
# With OSTEOCALC_SHARED_DATA set it also writes nhanes.json from NHANES 2013-2014 (tables not committed).
suppressPackageStartupMessages({
  library(jsonlite); library(survey); library(survival); library(MASS); library(sandwich); library(lmtest)
  library(pscl); library(Hmisc); library(psych); library(nlme); library(lme4); library(mice); library(brglm2)
  library(car); library(pROC); library(vcd); library(boot)
})
packages <- c("survey", "survival", "MASS", "sandwich", "lmtest", "pscl", "Hmisc", "psych", "nlme", "lme4", "mice",
              "brglm2", "car", "pROC", "vcd", "boot")
versions <- c(list(R = as.character(getRversion())), sapply(packages, function(p) as.character(packageVersion(p)),
                                                            simplify = FALSE))
mat <- function(m) lapply(seq_len(nrow(m)), function(i)
  list(term = rownames(m)[i], estimate = m[i, 1], se = m[i, 2], stat = if (ncol(m) > 2) m[i, 3] else NA,
       p = if (ncol(m) > 3) m[i, 4] else NA))
svy <- function(f) list(n = nobs(f), df = f$df.residual, terms = mat(coef(summary(f))))

brant_r <- function(f, d, levels) { # Brant (1990), as his section 3 has it
  X <- model.matrix(f, d); y <- model.response(model.frame(f, d)); J <- length(levels) - 1; K <- ncol(X) - 1
  fits <- lapply(1:J, function(j) glm.fit(X, as.numeric(y > levels[j]), family = binomial(),
                                          control = list(epsilon = 1e-14, maxit = 100)))
  P <- sapply(fits, function(g) g$fitted.values)
  V <- matrix(0, J * K, J * K)
  inv <- lapply(1:J, function(j) solve(crossprod(X, P[, j] * (1 - P[, j]) * X)))
  for (a in 1:J) for (b in a:J) {
    block <- (inv[[a]] %*% crossprod(X, P[, b] * (1 - P[, a]) * X) %*% inv[[b]])[-1, -1, drop = FALSE]
    V[(a - 1) * K + 1:K, (b - 1) * K + 1:K] <- block
    V[(b - 1) * K + 1:K, (a - 1) * K + 1:K] <- t(block)
  }
  beta <- unlist(lapply(fits, function(g) g$coefficients[-1]))
  test <- function(columns) {
    D <- do.call(rbind, lapply(2:J, function(j) {
      D <- matrix(0, length(columns), J * K)
      for (i in seq_along(columns)) { D[i, columns[i]] <- 1; D[i, (j - 1) * K + columns[i]] <- -1 }
      D }))
    d <- D %*% beta
    s <- as.numeric(t(d) %*% solve(D %*% V %*% t(D)) %*% d)
    list(statistic = s, df = nrow(D), p = pchisq(s, nrow(D), lower.tail = FALSE))
  }
  c(list(test(1:K)), lapply(1:K, test))
}
polr_r <- function(f, d, levels) {
  m <- polr(update(f, factor(.) ~ .), d, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
  s <- coef(summary(m))
  list(n = nobs(m), loglik = as.numeric(logLik(m)), terms = mat(s), brant = brant_r(f, d, levels))
}
tobit_r <- function(f, d) {
  m <- survreg(f, d, dist = "gaussian", control = list(rel.tolerance = 1e-14, maxiter = 200))
  list(n = nrow(d), scale = m$scale, loglik = m$loglik[2], terms = mat(summary(m)$table))
}
lm_tests <- function(m) {
  bp <- bptest(m)
  list(vif = as.list(vif(m)), max_cook = max(cooks.distance(m)),
       breusch_pagan = list(statistic = unname(bp$statistic), df = unname(bp$parameter), p = unname(bp$p.value)))
}
firth_r <- function(f, d) { # maximum of the penalised likelihood, and its profile
  X <- model.matrix(f, d); y <- model.response(model.frame(f, d))
  penalised <- function(b) { p <- plogis(as.numeric(X %*% b))
    sum(dbinom(y, 1, p, log = TRUE)) + 0.5 * as.numeric(determinant(crossprod(X * sqrt(p * (1 - p))))$modulus) }
  fit <- glm(f, binomial, d, method = "brglmFit", type = "AS_mean", epsilon = 1e-12, maxit = 500)
  b <- coef(fit); top <- penalised(b)
  profile <- function(j, value) { # scoring on Firth's modified score, coefficient j held
    V <- vcov(fit); full <- b + V[, j] / V[j, j] * (value - b[[j]])
    for (i in 1:2000) {
      p <- plogis(as.numeric(X %*% full)); W <- p * (1 - p); I <- crossprod(X * sqrt(W))
      h <- rowSums((X %*% solve(I)) * X) * W
      step <- solve(I[-j, -j, drop = FALSE], crossprod(X, y - p + h * (0.5 - p))[-j])
      step <- step * min(1, 1 / max(abs(X[, -j, drop = FALSE] %*% step)))
      full[-j] <- full[-j] + step
      if (max(abs(step) * sqrt(diag(I)[-j])) < 1e-11) break
    }
    penalised(full)
  }
  se <- sqrt(diag(vcov(fit)))
  limit <- function(cut, at, step) { # where the profile crosses, stepping outwards first
    far <- at + 1.5 * step
    while (cut(far) < 0) far <- far + 0.5 * step
    uniroot(cut, sort(c(far - 0.6 * step, far)), tol = 1e-10, extendInt = "yes")$root
  }
  list(n = length(y), loglik = top, terms = lapply(seq_along(b), function(j) {
    cut <- function(v) 2 * (top - profile(j, v)) - qchisq(0.95, 1)
    chi <- 2 * (top - profile(j, 0))
    list(term = names(b)[j], estimate = b[[j]], se = se[[j]], stat = chi, p = pchisq(chi, 1, lower.tail = FALSE),
         ci_low = limit(cut, b[[j]], -se[[j]]), ci_high = limit(cut, b[[j]], se[[j]])) }))
}
zero_terms <- function(zc) { # the counts' terms, the zeros', Log(theta)
  count <- mat(zc$count); last <- length(count)
  c(lapply(count[-last], function(t) { t$term <- paste0("count_", t$term); t }),
    lapply(mat(zc$zero), function(t) { t$term <- paste0("zero_", t$term); t }), count[last])
}
r <- list(versions = versions)

# --- simulated cohort --------------------------------------------------------------------------------------------
d <- read.csv("cohort.csv")
d$y <- log(d$score + 1); d$any <- as.numeric(d$score > 0); d$category <- findInterval(d$score, c(1, 20))
d$race_f <- factor(d$race)
options(survey.lonely.psu = "fail")
des <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
old <- subset(des, age >= 50)
r$svy_linear <- svy(svyglm(y ~ bmd + age + female, old))
r$svy_logistic <- svy(svyglm(any ~ bmd + age + female, old, family = quasibinomial(), control = list(epsilon = 1e-14)))
st <- svysurvreg(Surv(y, y > 0, type = "left") ~ bmd + age + female, old, dist = "gaussian",
                 control = survreg.control(rel.tolerance = 1e-14, maxiter = 200))
r$svy_tobit <- list(terms = mat(cbind(c(coef(st), log(st$scale)), sqrt(diag(vcov(st))))))
so <- svyolr(factor(category) ~ bmd + age + female, old, control = list(reltol = 1e-15, maxit = 1000))
r$svy_ordinal <- list(terms = mat(cbind(c(coef(so)), sqrt(diag(vcov(so)))[seq_along(coef(so))])))
m <- lm(y ~ bmd + age + female + race_f, d)
r$linear <- list(n = nobs(m), df = m$df.residual, terms = mat(coef(summary(m))), diagnostics = lm_tests(m),
                 loglik = as.numeric(logLik(m)))
m3 <- lm(y ~ bmd + age + female, d)
r$linear3 <- list(terms = mat(coef(summary(m3))), diagnostics = lm_tests(m3))
r$linear_hc3 <- list(terms = mat(coeftest(m, vcovHC(m, "HC3"))[, ]))
r$linear_cluster <- list(df = m$df.residual, terms = mat(coeftest(m, vcovCL(m, d$site), df = m$df.residual)[, ]))
g <- glm(any ~ bmd + age + female, binomial, d, epsilon = 1e-14)
r$logistic <- list(n = nobs(g), loglik = as.numeric(logLik(g)), terms = mat(coef(summary(g))),
                   auc = as.numeric(auc(roc(d$any, fitted(g), quiet = TRUE))))
r$logistic_cluster <- list(terms = mat(coeftest(g, vcovCL(g, d$site))[, ]))
r$tobit <- tobit_r(Surv(y, y > 0, type = "left") ~ bmd + age + female, d)
r$ordinal <- polr_r(category ~ bmd + age + female, d, 0:2)
r$firth <- firth_r(any ~ bmd + age + female, d)
nb <- glm.nb(aac ~ bmd + age + female, d, control = glm.control(epsilon = 1e-14, maxit = 200))
th_se <- function(m) attr(theta.ml(m$y, fitted(m), eps = 1e-13), "SE") # glm.nb keeps that of the step before
r$negative_binomial <- list(n = nobs(nb), loglik = as.numeric(logLik(nb)), theta = nb$theta, theta_se = th_se(nb),
                            terms = mat(coef(summary(nb))))
zi <- zeroinfl(aac ~ bmd + age | age, d, dist = "negbin", control = zeroinfl.control(reltol = 1e-16, maxit = 50000))
zc <- coef(summary(zi))
r$zero_inflated <- list(n = zi$n, loglik = as.numeric(logLik(zi)),
                        terms = zero_terms(zc))
pos <- subset(d, score > 0)
tp <- lm(log(score) ~ bmd + age + female, pos)
p1 <- function(x) plogis(predict(g, x)) * exp(predict(tp, x)) * mean(exp(residuals(tp)))
up <- d; up$bmd <- up$bmd + 1
r$two_part <- list(smearing = mean(exp(residuals(tp))), terms = mat(coef(summary(tp))),
                   log_ratio = log(mean(p1(up)) / mean(p1(d))), difference = mean(p1(up)) - mean(p1(d)))
rcs <- function(k) {
  kn <- rcspline.eval(d$bmd, nk = k, knots.only = TRUE)
  B <- rcspline.eval(d$bmd, knots = kn, inclx = TRUE)
  s <- lm(d$y ~ B + d$age + d$female); l <- lm(d$y ~ d$bmd + d$age + d$female); o <- lm(d$y ~ d$age + d$female)
  a <- anova(l, s); b <- anova(o, s)
  list(knots = kn, terms = mat(coef(summary(s))), nonlinear = list(statistic = a$F[2], df = a$Df[2], p = a[["Pr(>F)"]][2]),
       joint = list(statistic = b$F[2], df = b$Df[2], p = b[["Pr(>F)"]][2]))
}
r$rcs3 <- rcs(3); r$rcs4 <- rcs(4); r$rcs5 <- rcs(5)
small <- d$bmd[1:60]
r$knots_small <- list(knots = rcspline.eval(small, nk = 4, knots.only = TRUE))
cr <- function(m) { t <- cor.test(d$bmd, d$score, method = m, exact = FALSE)
  list(estimate = unname(t$estimate), statistic = unname(t$statistic), p = t$p.value) }
r$pearson <- c(cr("pearson"), list(ci = as.numeric(cor.test(d$bmd, d$score)$conf.int)))
r$kendall <- cr("kendall"); r$spearman <- cr("spearman")
partial <- function(x, y, C) cor(residuals(lm(x ~ C)), residuals(lm(y ~ C)))
r$partial_linear <- partial(d$bmd, d$y, cbind(d$age, d$female))
r$partial_rank <- partial(rank(d$bmd), rank(d$score), cbind(rank(d$age), rank(d$female)))
qb <- quantile(d$bmd, 0:4 / 4); d$quartile <- cut(d$bmd, qb, include.lowest = TRUE, labels = FALSE)
d$trend <- ave(d$bmd, d$quartile, FUN = median)
r$trend <- list(cuts = as.numeric(qb[2:4]), scores = as.numeric(tapply(d$bmd, d$quartile, median)),
                terms = mat(coef(summary(lm(y ~ trend + age + female, d)))))
it <- lm(y ~ bmd * female + age, d)
r$interaction <- list(terms = mat(coef(summary(it))))
lr <- svyglm(y ~ bmd + age + race_f, old); w <- regTermTest(lr, ~race_f)
r$svy_joint <- list(statistic = as.numeric(w$Ftest), df = w$df, df2 = w$ddf, p = as.numeric(w$p))
d$high <- as.numeric(d$score >= 2); d$low <- as.numeric(d$bmd < 110); d$decade <- findInterval(d$age, c(55, 70))
tab <- table(d$low, d$high, d$decade); mh <- mantelhaen.test(tab, correct = FALSE)
bd <- function(x, or) { s <- sum(sapply(seq_len(dim(x)[3]), function(k) {
  t <- x[, , k]; r1 <- sum(t[2, ]); c1 <- sum(t[, 2]); n <- sum(t)
  e <- uniroot(function(a) log(a) + log(n - r1 - c1 + a) - log(r1 - a) - log(c1 - a) - log(or),
               c(max(0, r1 + c1 - n) + 1e-9, min(r1, c1) - 1e-9), tol = 1e-13)$root
  (t[2, 2] - e)^2 / (1 / (1 / e + 1 / (r1 - e) + 1 / (c1 - e) + 1 / (n - r1 - c1 + e)))  }))
  list(statistic = s, df = dim(x)[3] - 1, p = pchisq(s, dim(x)[3] - 1, lower.tail = FALSE)) }
r$mantel_haenszel <- list(or = unname(mh$estimate), ci = as.numeric(mh$conf.int), statistic = unname(mh$statistic),
                          p = mh$p.value, breslow_day = bd(tab, unname(mh$estimate)))
r$bh <- list(p = c(0.01, 0.04, 0.03, 0.005, 0.5, 0.04), q = p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5, 0.04), "BH"))

# --- edge cases ---------------------------------------------------------------------------------------------------
s <- read.csv("separation.csv")
r$firth_separation <- firth_r(event ~ x + drug, s)
l <- read.csv("lonely.csv"); l$y <- log(l$score + 1)
lonely <- function(how) { options(survey.lonely.psu = how)
  svy(svyglm(y ~ bmd + age, svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = l, nest = TRUE))) }
r$lonely_center <- lonely("adjust"); r$lonely_ignore <- lonely("remove")

# --- levels within patients -----------------------------------------------------------------------------------------
v <- read.csv("levels.csv")
v$within <- v$density - ave(v$density, v$patient); v$between <- ave(v$density, v$patient)
mixed <- function(method) {
  m <- lme(calcium ~ within + between + age + female, random = ~1 | patient, v, method = method,
           control = lmeControl(opt = "optim", reltol = 1e-15, msTol = 1e-14, tolerance = 1e-12))
  e <- lmer(calcium ~ within + between + age + female + (1 | patient), v, REML = method == "REML",
            control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12)))
  t <- summary(m)$tTable; vc <- as.data.frame(VarCorr(e))
  list(n = nrow(v), loglik = as.numeric(logLik(e)), sd_patient = vc$sdcor[1], sd_residual = vc$sdcor[2],
       terms = lapply(seq_len(nrow(t)), function(i) list(term = rownames(t)[i], estimate = unname(fixef(e)[i]),
                                                         se = unname(sqrt(diag(as.matrix(vcov(e))))[i]),
                                                         df = t[i, "DF"], lme_se = t[i, 2])))
}
r$mixed_reml <- mixed("REML"); r$mixed_ml <- mixed("ML")

# --- agreement ------------------------------------------------------------------------------------------------------
a <- read.csv("ratings.csv")
ic <- ICC(a[, c("a", "b", "c")], lmer = FALSE)$results
r$icc <- lapply(1:3, function(i) list(type = ic$type[i], icc = ic$ICC[i], low = ic[i, "lower bound"],
                                      high = ic[i, "upper bound"]))
dif <- a$a - a$b
r$bland_altman <- list(bias = mean(dif), sd = sd(dif), low = mean(dif) - 1.96 * sd(dif), high = mean(dif) + 1.96 * sd(dif),
                       bias_ci = as.numeric(t.test(dif)$conf.int))
grades <- table(factor(a$grade_a, 1:3), factor(a$grade_b, 1:3))
k0 <- Kappa(grades); k2 <- Kappa(grades, weights = "Fleiss-Cohen"); k1 <- Kappa(grades, weights = "Equal-Spacing")
r$kappa <- list(plain = unname(k0$Unweighted), quadratic = unname(k2$Weighted), linear = unname(k1$Weighted))

# --- multiple imputation: pooling ------------------------------------------------------------------------------------
est <- c(0.41, 0.52, 0.38, 0.47, 0.44); va <- c(0.010, 0.012, 0.009, 0.011, 0.010)
ps <- pool.scalar(est, va, n = 80, k = 4)
r$rubin <- list(estimates = est, variances = va, n = 80, k = 4, qbar = ps$qbar, t = ps$t, df = ps$df, fmi = ps$fmi,
                riv = ps$r)
# --- BCa: the median-free textbook example, theta = mean, all indices given by R's generator stay in R
r$bca <- local({ set.seed(1); x <- pos$score; b <- boot(x, function(x, i) mean(log(x[i])), 20000)
  c <- boot.ci(b, type = "bca"); list(estimate = b$t0, low = c$bca[4], high = c$bca[5]) })
write_json(r, "models.json", auto_unbox = TRUE, digits = 17, pretty = 1, null = "null", na = "null")

# --- NHANES 2013-2014 -------------------------------------------------------------------------------------------------
shared <- Sys.getenv("OSTEOCALC_SHARED_DATA")
if (shared != "") {
  read <- function(t) read.csv(file.path(shared, "nhanes_2013_2014", paste0(t, ".csv")))
  options(survey.lonely.psu = "fail")
  h <- merge(merge(read("DEMO_H"), read("DXXAAC_H"), by = "SEQN", all.x = TRUE), read("DXXFEM_H"), by = "SEQN", all.x = TRUE)
  h <- within(h, { aac <- DXXAAC24; any <- as.numeric(aac > 0); severe <- as.numeric(aac > 6); age <- RIDAGEYR
    female <- as.numeric(RIAGENDR == 2); race <- factor(RIDRETH3); fn10 <- DXXNKBMD * 10; y <- log(aac + 1) })
  keep <- !is.na(h$aac) & !is.na(h$DXXNKBMD)
  h$fnsd <- (h$DXXNKBMD - mean(h$DXXNKBMD[keep])) / sd(h$DXXNKBMD[keep])
  des <- subset(svydesign(ids = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE,
                          data = subset(h, WTMEC2YR > 0)), !is.na(aac) & !is.na(DXXNKBMD))
  x <- h[keep, ]
  means <- svymean(~aac + any + age + DXXNKBMD, des)
  q <- list(versions = versions)
  q$means <- mat(cbind(coef(means), sqrt(diag(vcov(means)))))
  q$weight_total <- sum(weights(des))
  q$svy_crude_fn <- svy(svyglm(aac ~ fn10, des))
  q$svy_m2_fn <- svy(svyglm(aac ~ fn10 + age + female + race, des))
  q$svy_any_fn <- svy(svyglm(any ~ fn10 + age + female + race, des, family = quasibinomial(), control = list(epsilon = 1e-14)))
  q$svy_severe_fn <- svy(svyglm(severe ~ fn10 + age + female, des, family = quasibinomial(), control = list(epsilon = 1e-14)))
  q$tobit_fn <- tobit_r(Surv(y, y > 0, type = "left") ~ fnsd + age + female, x)
  g <- glm(any ~ fnsd + age + female, binomial, x, epsilon = 1e-14)
  q$logit_fn <- list(n = nobs(g), loglik = as.numeric(logLik(g)), terms = mat(coef(summary(g))))
  m <- lm(y ~ fnsd + age + female, x)
  q$ols_hc3_fn <- list(n = nobs(m), df = m$df.residual, terms = mat(coeftest(m, vcovHC(m, "HC3"))[, ]))
  x$category <- findInterval(x$aac, c(1, 6))
  q$polr_fn <- polr_r(category ~ fnsd + age + female, x, 0:2)
  nb <- glm.nb(aac ~ fnsd + age + female, x, control = glm.control(epsilon = 1e-14, maxit = 200))
  q$negbin_fn <- list(n = nobs(nb), loglik = as.numeric(logLik(nb)), theta = nb$theta, theta_se = th_se(nb),
                      terms = mat(coef(summary(nb))))
  zi <- zeroinfl(aac ~ fnsd + age | age, x, dist = "negbin", control = zeroinfl.control(reltol = 1e-16, maxit = 50000))
  zc <- coef(summary(zi))
  q$zero_inflated_fn <- list(n = zi$n, loglik = as.numeric(logLik(zi)),
                             terms = zero_terms(zc))
  kn <- rcspline.eval(x$DXXNKBMD, nk = 4, knots.only = TRUE)
  s <- lm(x$y ~ rcspline.eval(x$DXXNKBMD, knots = kn, inclx = TRUE) + x$age + x$female)
  q$rcs4_fn <- list(knots = kn, terms = mat(coef(summary(s))))
  tau <- cor.test(x$DXXNKBMD, x$aac, method = "kendall", exact = FALSE)
  q$kendall_fn <- list(estimate = unname(tau$estimate), statistic = unname(tau$statistic), p = tau$p.value)
  q$pearson_fn <- cor(x$DXXNKBMD, x$aac); q$spearman_fn <- cor(x$DXXNKBMD, x$aac, method = "spearman")
  q$partial_rank_fn <- partial(rank(x$DXXNKBMD), rank(x$aac), cbind(rank(x$age), x$female))
  write_json(q, "nhanes.json", auto_unbox = TRUE, digits = 17, pretty = 1, null = "null", na = "null")
}
