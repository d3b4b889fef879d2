variable "url" {
  description = "The API that the worker joins, such as https://outscope.example.com."
  type        = string

  validation {
    condition     = can(regex("^https://[^\\s'\"]+$", var.url))
    error_message = "Give the API's address with https://: a token goes out over proven TLS alone."
  }
}

variable "token" {
  description = "What `outscope worker invite --region REGION` printed. It is good once, so each machine needs its own."
  type        = string
  sensitive   = true

  validation {
    condition     = can(regex("^osj_[A-Za-z0-9_-]+$", var.token))
    error_message = "A token begins with osj_; outscope worker invite prints one."
  }
}

variable "package" {
  description = "What pip installs: the worker, with a version."
  type        = string
  default     = "outscope[worker]==0.1.0"

  validation {
    condition     = can(regex("^[^\\s'\"]+$", var.package))
    error_message = "Give one requirement of pip, without blanks and quotes."
  }
}

variable "contact" {
  description = "Where the probed may complain: a URL or a mail address."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[^\\s]*$", var.contact))
    error_message = "Give a URL or a mail address, without blanks."
  }
}

variable "never_probe" {
  description = "Hosts, .domains and networks never to probe, with commas between."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[^\\s]*$", var.never_probe))
    error_message = "Write them with commas between, and no blanks."
  }
}
