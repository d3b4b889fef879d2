# A worker on any cloud: what a new machine is told at its first start (cloud-init). It needs no provider;
# give `user_data` to whatever makes the machine. Wrappers for three clouds lie beside it.
terraform {
  required_version = ">= 1.5"
}

locals {
  unit = file("${path.module}/../../systemd/outscope-worker.service")
  environment = join("\n", concat(
    ["OUTSCOPE_HEALTH=127.0.0.1:8082"],
    var.contact == "" ? [] : ["OUTSCOPE_CONTACT=${var.contact}"],
    var.never_probe == "" ? [] : ["OUTSCOPE_NEVER_PROBE=${var.never_probe}"],
    [""],
  ))
  user_data = templatefile("${path.module}/cloud-init.yaml.tftpl", {
    environment = local.environment
    package     = var.package
    token       = var.token
    unit        = local.unit
    url         = var.url
  })
}
